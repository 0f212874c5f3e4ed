//go:build ignore

// Make prints the statements beside it to PDF, with Chromium and with
// LibreOffice, in two typefaces, justified and not. See README.md.
package main

import (
	"flag"
	"fmt"
	"html"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

type variant struct {
	name, source, font string
	size               string
	justified          bool
	columns            int
	plain              bool // without a structure tree
	furniture          bool // running head and page numbers
}

var chromiumVariants = []variant{
	{name: "chromium-fa-naskh-justified", source: "fa", font: "Noto Naskh Arabic", size: "A4", justified: true, furniture: true},
	{name: "chromium-fa-dejavu", source: "fa", font: "DejaVu Sans", size: "letter", plain: true, furniture: true},
	{name: "chromium-fa-columns", source: "fa", font: "Noto Sans Arabic", size: "A4", justified: true, columns: 2, plain: true, furniture: true},
	{name: "chromium-ar-naskh", source: "ar", font: "Noto Naskh Arabic", size: "A4", plain: true, furniture: true},
	{name: "chromium-ar-dejavu-justified", source: "ar", font: "DejaVu Sans", size: "A4", justified: true},
	{name: "chromium-en-columns", source: "en", font: "DejaVu Serif", size: "A4", justified: true, columns: 2, plain: true, furniture: true},
	{name: "chromium-en-sans", source: "en", font: "DejaVu Sans", size: "A4", plain: true},
}

var libreofficeVariants = []variant{
	{name: "libreoffice-fa-naskh-justified", source: "fa", font: "Noto Naskh Arabic", justified: true, plain: true, furniture: true},
	{name: "libreoffice-fa-dejavu-justified", source: "fa", font: "DejaVu Sans", justified: true, plain: true, furniture: true},
	{name: "libreoffice-ar-naskh-justified", source: "ar", font: "Noto Naskh Arabic", justified: true, plain: true, furniture: true},
	{name: "libreoffice-ar-dejavu", source: "ar", font: "DejaVu Sans"},
	{name: "libreoffice-en-justified", source: "en", font: "DejaVu Serif", justified: true, plain: true, furniture: true},
}

func main() {
	log.SetFlags(0)
	chromium := flag.String("chromium", "chromium", "the browser's `path`")
	soffice := flag.String("soffice", "soffice", "LibreOffice's `path`")
	flag.Parse()
	tmp, err := os.MkdirTemp("", "statements")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	for _, v := range chromiumVariants {
		page := filepath.Join(tmp, v.name+".html")
		write(page, v.html())
		args := []string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--disable-sync", "--no-pdf-header-footer", "--user-data-dir=" + filepath.Join(tmp, "profile"),
			"--print-to-pdf=" + v.name + ".pdf"}
		if v.plain {
			args = append(args, "--disable-pdf-tagging")
		}
		run(*chromium, append(args, "file://"+page)...)
	}
	for _, v := range libreofficeVariants {
		doc := filepath.Join(tmp, v.name+".fodt")
		write(doc, v.odf())
		filter := fmt.Sprintf(`pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"%v"}}`, !v.plain)
		run(*soffice, "--headless", "-env:UserInstallation=file://"+filepath.Join(tmp, "office"), "--convert-to", filter, "--outdir", ".", doc)
	}
}

func write(path, text string) {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		log.Fatal(err)
	}
}

func run(name string, args ...string) {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		log.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// element is a block of a source.
type element struct {
	tag   string // h1, h2, p, li, ol, tr
	cells []string
}

func (v variant) elements() (out []element) {
	text, err := os.ReadFile(v.source + ".md")
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range strings.Split(string(text), "\n") {
		head, rest, _ := strings.Cut(l, " ")
		switch {
		case l == "":
		case head == "#":
			out = append(out, element{"h1", []string{rest}})
		case head == "##":
			out = append(out, element{"h2", []string{rest}})
		case head == "-":
			out = append(out, element{"li", []string{rest}})
		case strings.HasSuffix(head, ".") && len(head) == 2 && head[0] >= '1' && head[0] <= '9':
			out = append(out, element{"ol", []string{rest}})
		case head == "|":
			out = append(out, element{"tr", strings.Split(strings.Trim(l, "| "), " | ")})
		default:
			out = append(out, element{"p", []string{l}})
		}
	}
	return out
}

func (v variant) dir() string {
	if v.source == "en" {
		return "ltr"
	}
	return "rtl"
}

// running is the running head of each language.
var running = map[string]string{"fa": "سازمان آبخیزداری نیلرود - نسخه ۳", "ar": "هيئة المخطوطات والمكتبات - الإصدار الثالث", "en": "Lighthouse and Harbour Board - version 3"}

var pageOf = map[string][2]string{"fa": {"صفحه ", " از "}, "ar": {"صفحة ", " من "}, "en": {"Page ", " of "}}

func (v variant) html() string {
	var b strings.Builder
	align := "start"
	if v.justified {
		align = "justify; hyphens: auto"
	}
	fmt.Fprintf(&b, "<!DOCTYPE html><html lang=%q dir=%q><head><meta charset=utf-8><title>%s</title><style>\n", v.source, v.dir(), v.elements()[0].cells[0])
	fmt.Fprintf(&b, "@page { size: %s; margin: 2.2cm 2cm;", v.size)
	if v.furniture {
		fmt.Fprintf(&b, " @top-center { content: %q; font-family: %q; font-size: 8pt } @bottom-center { content: %q counter(page) %q counter(pages); font-family: %q; font-size: 8pt }",
			running[v.source], v.font, pageOf[v.source][0], pageOf[v.source][1], v.font)
	}
	fmt.Fprintf(&b, " }\nbody { font-family: %q; font-size: 11pt; text-align: %s; columns: %d } h1 { font-size: 18pt; text-align: center; column-span: all } h2 { font-size: 13pt }\n", v.font, align, max(1, v.columns))
	fmt.Fprint(&b, "table { border-collapse: collapse; width: 100% } td { border: 1px solid; padding: 3px }\n</style></head><body>\n")
	open := ""
	for _, e := range v.elements() {
		group := map[string]string{"li": "ul", "ol": "ol", "tr": "table"}[e.tag]
		if group != open {
			if open != "" {
				fmt.Fprintf(&b, "</%s>\n", open)
			}
			if group != "" {
				fmt.Fprintf(&b, "<%s>\n", group)
			}
			open = group
		}
		switch e.tag {
		case "tr":
			fmt.Fprint(&b, "<tr>")
			for _, c := range e.cells {
				fmt.Fprintf(&b, "<td>%s</td>", html.EscapeString(c))
			}
			fmt.Fprint(&b, "</tr>\n")
		case "li", "ol":
			fmt.Fprintf(&b, "<li>%s</li>\n", html.EscapeString(e.cells[0]))
		default:
			fmt.Fprintf(&b, "<%s>%s</%s>\n", e.tag, html.EscapeString(e.cells[0]), e.tag)
		}
	}
	fmt.Fprint(&b, "</body></html>\n")
	return b.String()
}

// odf writes the statement as a flat OpenDocument text.
func (v variant) odf() string {
	var b strings.Builder
	mode, align := "lr-tb", "start"
	if v.dir() == "rtl" {
		mode = "rl-tb"
	}
	if v.justified {
		align = "justify"
	}
	lang := fmt.Sprintf(`fo:language="%s" style:language-complex="%s" fo:country="none" style:country-complex="none"`, v.source, v.source)
	para := fmt.Sprintf(`style:writing-mode="%s" fo:text-align="%s"`, mode, align)
	font := func(size string, bold bool) string {
		w := ""
		if bold {
			w = ` fo:font-weight="bold" style:font-weight-complex="bold"`
		}
		return fmt.Sprintf(`<style:text-properties fo:font-family="'%s'" style:font-family-complex="'%s'" fo:font-size="%s" style:font-size-complex="%s" %s%s/>`, v.font, v.font, size, size, lang, w)
	}
	style := func(name, extra, props string) {
		fmt.Fprintf(&b, `<style:style style:name="%s" style:family="paragraph" %s><style:paragraph-properties %s fo:margin-bottom="0.2cm"/>%s</style:style>`+"\n", name, extra, para, props)
	}
	fmt.Fprint(&b, `<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text">
<office:styles>
`)
	style("Body", "", font("11pt", false))
	style("Head1", `style:default-outline-level="1"`, font("18pt", true))
	style("Head2", `style:default-outline-level="2"`, font("13pt", true))
	style("Foot", "", font("8pt", false))
	fmt.Fprint(&b, `<text:list-style style:name="Bullets"><text:list-level-style-bullet text:level="1" text:bullet-char="•"><style:list-level-properties text:space-before="0.5cm" text:min-label-width="0.5cm"/></text:list-level-style-bullet></text:list-style>
<text:list-style style:name="Numbers"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."><style:list-level-properties text:space-before="0.5cm" text:min-label-width="0.6cm" text:min-label-distance="0.2cm"/></text:list-level-style-number></text:list-style>
</office:styles>
<office:automatic-styles>
`)
	fmt.Fprintf(&b, `<style:page-layout style:name="Page"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm" fo:margin="2cm" style:writing-mode="%s"/><style:header-style/><style:footer-style/></style:page-layout>
<style:style style:name="Cell" style:family="table-cell"><style:table-cell-properties fo:border="0.5pt solid #000000" fo:padding="0.1cm"/></style:style>
<style:style style:name="Table" style:family="table"><style:table-properties style:width="17cm" style:writing-mode="%s"/></style:style>
</office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="Page">`, mode, mode)
	if v.furniture {
		fmt.Fprintf(&b, `<style:header><text:p text:style-name="Foot">%s</text:p></style:header><style:footer><text:p text:style-name="Foot">%s<text:page-number/>%s<text:page-count/></text:p></style:footer>`,
			running[v.source], pageOf[v.source][0], pageOf[v.source][1])
	}
	fmt.Fprint(&b, "</style:master-page></office:master-styles>\n<office:body><office:text>\n")
	open := ""
	for _, e := range v.elements() {
		if e.tag != open {
			fmt.Fprint(&b, map[string]string{"li": "</text:list>\n", "ol": "</text:list>\n", "tr": "</table:table>\n"}[open])
			fmt.Fprint(&b, map[string]string{"li": `<text:list text:style-name="Bullets">`, "ol": `<text:list text:style-name="Numbers">`,
				"tr": `<table:table table:style-name="Table"><table:table-column/><table:table-column/><table:table-column/>`}[e.tag])
			open = e.tag
		}
		text := html.EscapeString(e.cells[0])
		switch e.tag {
		case "h1":
			fmt.Fprintf(&b, `<text:h text:style-name="Head1" text:outline-level="1">%s</text:h>`, text)
		case "h2":
			fmt.Fprintf(&b, `<text:h text:style-name="Head2" text:outline-level="2">%s</text:h>`, text)
		case "p":
			fmt.Fprintf(&b, `<text:p text:style-name="Body">%s</text:p>`, text)
		case "li", "ol":
			fmt.Fprintf(&b, `<text:list-item><text:p text:style-name="Body">%s</text:p></text:list-item>`, text)
		case "tr":
			fmt.Fprint(&b, "<table:table-row>")
			for _, c := range e.cells {
				fmt.Fprintf(&b, `<table:table-cell table:style-name="Cell"><text:p text:style-name="Body">%s</text:p></table:table-cell>`, html.EscapeString(c))
			}
			fmt.Fprint(&b, "</table:table-row>")
		}
		fmt.Fprintln(&b)
	}
	fmt.Fprint(&b, "</office:text></office:body></office:document>\n")
	return b.String()
}
