// Prints the words that pdf.js finds: page, x, y of the left end of their baseline from the top
// left corner of the page as it is shown, in points, and the text.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
const [modules, path] = process.argv.slice(2);
console.log = () => {}; // pdf.js misses what draws
const { getDocument, Util } = await import(pathToFileURL(modules + "/pdfjs-dist/legacy/build/pdf.mjs"));
const pdf = await getDocument({ data: new Uint8Array(readFileSync(path)), verbosity: 0, standardFontDataUrl: modules + "/pdfjs-dist/standard_fonts/" }).promise;
for (let n = 1; n <= pdf.numPages; n++) {
  const page = await pdf.getPage(n);
  const view = page.getViewport({ scale: 1 });
  for (const item of (await page.getTextContent()).items) {
    if (item.str.trim() === "") continue;
    const [, , , , x, y] = Util.transform(view.transform, item.transform);
    process.stdout.write(JSON.stringify({ page: n, x, y, text: item.str }) + "\n");
  }
}
