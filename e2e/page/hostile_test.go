package page_test

import (
	"testing"

	"ocr-gateway/engine/enginetest"
)

// hostile is text as a document that means harm would have it read.
var hostile = said{
	text: "# <img src=x onerror=\"window.harmed='text'\">\n\n[click](javascript:window.harmed='link') [mail](mailto:a@example.org) " +
		"![x](javascript:window.harmed='image') <script>window.harmed='script'</script> <a href=\"javascript:window.harmed='a'\">a</a>\n\n" +
		"- <svg onload=window.harmed='svg'>\n\n> <iframe src=\"javascript:parent.harmed='frame'\"></iframe>\n\n$\\href{javascript:window.harmed='math'}{x}_1$ `</code><img src=x onerror=window.harmed='code'>`",
	table: "<table onclick=\"window.harmed='table'\"><tr><td style=\"position:fixed;inset:0\" onmouseover=\"window.harmed='cell'\" colspan=\"2\">" +
		"<img src=x onerror=\"window.harmed='cell image'\">kept<script>window.harmed='cell script'</script></td></tr>" +
		"<tr><td><a href=\"javascript:window.harmed='cell link'\">link</a></td><td><form action=\"http://192.0.2.1/\"><input name=q autofocus onfocus=\"window.harmed='focus'\"></form></td></tr></table>",
	formula: "$$\n\\htmlData{onclick=window.harmed='html'}{x} \\href{javascript:window.harmed='formula'}{y} \\includegraphics{http://192.0.2.1/x.png} \\unicode{x3c}\n$$",
}

// TestTextIsNeverMarkup: whatever a document says is text on the page; nothing of it runs, loads or
// leads anywhere, in no way of showing it.
func TestTextIsNeverMarkup(t *testing.T) {
	server := serve(t, enginetest.Config{Answer: hostile.answer}, parts)
	b := open(t, server.URL)
	name := `<img src=x onerror=window.harmed=1>.pdf`
	b.send(file(t, name, read(t, document(t, 1))))
	b.done("succeeded")
	harmless := func() {
		t.Helper()
		b.must(`window.harmed === undefined`)
		b.must(`$$('#view :is(script, iframe, form, svg, object, embed, input[name=q])').length === 0`)
		b.must(`$$('#view img').every((i) => i.src === '' || i.src.startsWith('blob:'))`)
		b.must(`$$('#view a').every((a) => /^(https?|mailto):/.test(a.href) && a.rel.includes('noopener'))`)
		b.must(`$$('#pages *').every((e) => [...e.attributes].every((a) => !a.name.startsWith('on') && !/javascript:/i.test(a.name === 'title' || a.name === 'aria-label' ? '' : a.value)))`)
	}
	b.must(`$('#title').innerText === ` + "`" + name + "`")
	b.wait(`$('.block.type-table td')`)
	b.must(`$('.block.type-table td').innerText === 'kept' && $('.block.type-table td').colSpan === 2 && !$('.block.type-table td').style.position`)
	b.must(`$('.block.type-text').innerText.includes("<img src=x onerror=")`)
	harmless()
	b.do(`for (const e of $$('.block, .block *, .box')) e.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true })); for (const e of $$('.block *')) e.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }))`)
	harmless()
	b.do(`$('input[value=markdown]').click()`)
	b.must(`$('.source').innerText.includes('onerror')`)
	harmless()
}

// TestLongRuns of one character, as models repeat it, are read in time that grows with their length.
func TestLongRuns(t *testing.T) {
	server := serve(t, enginetest.Config{}, parts)
	b := open(t, server.URL)
	run := `' '.repeat(50_000)`
	b.must(`(await import('/page/markdown.js')).blocks('# C#' + ` + run + ` + '#')[0].textContent === 'C#'`)
	b.must(`(await import('/page/markdown.js')).blocks('a|b\n|-|' + ` + run + ` + 'x')[0].localName === 'p'`)
	b.must(`(await import('/page/table.js')).tables('<' + 'a'.repeat(400_000)) === null`)
}
