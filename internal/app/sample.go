package app

// sampleText is what stands on the page of samplePDF.
const sampleText = "Harbour Notice 27"

// samplePDF has one page with one line, in a font that the renderer brings along.
const samplePDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>> endobj
4 0 obj<</Length 44>>stream
BT/F 24 Tf 60 110 Td(Harbour Notice 27)Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj
xref
0 6
0000000000 65535 f 
0000000009 00000 n 
0000000053 00000 n 
0000000103 00000 n 
0000000213 00000 n 
0000000303 00000 n 
trailer<</Size 6/Root 1 0 R>>startxref
365
%%EOF
`
