package extract

import (
	"strings"
	"unicode/utf8"

	"policywatch/store/record"
)

// Plain text and Markdown share one road: files that are called one are often
// the other, and both reach the archive from editors, PDF tools and scripts that
// break lines where they like.

// maxText bounds the characters of plain input that are read.
const maxText = 6 << 20

// draft is a block in the making.
type draft struct {
	kind     record.BlockKind
	level    int
	text     string // inline marks still in it
	original string
	gap      bool   // a blank line stood before it
	marked   bool   // a heading that the author marked as one
	clause   bool   // begins with a clause number or letter
	depth    int    // how deep the clause number goes
	last     string // its last line, where it has several
	width    int    // runes of that line
	after    bool   // text follows directly, without a blank line
	links    []record.Link
	hidden   bool
	bold     bool   // all of it is bold
	linked   bool   // all of it is a link
	dress    uint32 // how all of it looks, 0 where it looks mixed; see box.dress
}

func (d *draft) lastLine() string {
	if d.last != "" {
		return d.last
	}
	return d.text
}

// Text reads plain text. Headings are what stands alone between blank lines and
// looks like a title; lines that a PDF or an editor broke are joined. Content
// is sniffed, not trusted to be what its file name says: a page saved as .txt
// is read as the page it is.
func (r *Reader) Text(text []byte, o Options) (*record.Document, error) {
	s := cleanInput(text)
	switch {
	case looksHTML(s):
		return r.HTML([]byte(s), o)
	case looksMarkdown(s):
		return r.readLines(s, o, true), nil
	}
	return r.readLines(s, o, false), nil
}

// Markdown reads Markdown: its headings, lists and tables are the structure,
// its inline marks are not text.
func (r *Reader) Markdown(text []byte, o Options) (*record.Document, error) {
	s := cleanInput(text)
	if looksHTML(s) {
		return r.HTML([]byte(s), o)
	}
	return r.readLines(s, o, true), nil
}

// cleanInput makes valid UTF-8 with \n as the only line end.
func cleanInput(text []byte) string {
	s := strings.ToValidUTF8(string(text[:min(len(text), maxText)]), "\uFFFD")
	s = strings.TrimPrefix(s, "\uFEFF")
	if strings.ContainsAny(s, "\r\f\v\x00\u0085\u2028\u2029") {
		s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n\n", "\v", "\n", "\x00", "", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n\n").Replace(s)
	}
	return s
}

// readLines is the common road of plain text and Markdown.
func (r *Reader) readLines(s string, o Options, md bool) *record.Document {
	front := ""
	if md {
		front, s = frontMatter(s)
	}
	ds := r.draftLines(strings.Split(s, "\n"), md)
	ds = rejoin(ds)
	r.promote(ds, md)
	r.titleFirst(ds)
	ds = r.unreverse(ds)
	resolve := newResolver(o.URL, "").resolve
	blocks := make([]record.Block, 0, len(ds))
	title := false
	for _, d := range ds {
		b := record.Block{Kind: d.kind, Level: d.level, Original: d.original}
		if md {
			b.Text, b.Links = plainInline(d.text, resolve)
		} else {
			b.Text = squeeze(d.text)
		}
		if !says(b.Text) {
			continue
		}
		if b.Kind == record.Heading && b.Level == 0 {
			b.Level = 2
			if !title {
				b.Level = 1
			}
			if d.depth > 0 {
				b.Level = min(1+d.depth, 6)
			}
		}
		title = title || b.Kind == record.Heading
		blocks = append(blocks, b)
	}
	return r.finish(front, blocks)
}

// titleFirst makes a heading of a bare line that opens a text whose other
// headings are marked.
func (r *Reader) titleFirst(ds []draft) {
	if len(ds) > 1 && ds[0].kind == record.Paragraph && !ds[0].after && look(ds[0].text).bare() && !r.words.opening(ds[0].text) && !r.dateLine(&ds[0]) {
		ds[0].kind, ds[0].level = record.Heading, 1
	}
}

// frontMatter cuts off the settings that site generators put over a Markdown
// text, between two lines of dashes, and returns the title set there.
func frontMatter(s string) (title, rest string) {
	body, ok := strings.CutPrefix(strings.TrimLeft(s, "\n "), "---\n")
	if !ok {
		return "", s
	}
	head, rest, ok := strings.Cut(body, "\n---\n")
	if !ok || len(head) > 4096 || strings.Contains(head, "\n\n") {
		return "", s
	}
	for line := range strings.SplitSeq(head, "\n") {
		k, v, found := strings.Cut(line, ":")
		if !found && !strings.HasPrefix(strings.TrimSpace(line), "-") && line != "" {
			return "", s // prose between two rules
		}
		if strings.TrimSpace(k) == "title" {
			title = strings.Trim(strings.TrimSpace(v), `"'`)
		}
	}
	return title, rest
}

// draftLines sorts lines into drafts; nothing is judged by its context yet.
func (r *Reader) draftLines(lines []string, md bool) []draft {
	var ds []draft
	gap, fence := true, false
	width, wrapped := wrapWidth(lines)
	if md {
		wrapped = true
		unfoldLinks(lines)
	}
	add := func(d draft) {
		d.gap = gap
		if n := len(ds); n > 0 && !gap {
			ds[n-1].after = true
		}
		gap = false
		ds = append(ds, d)
	}
	for i := 0; i < len(lines); i++ {
		raw := strings.TrimRightFunc(lines[i], blank)
		text := strings.TrimLeftFunc(raw, blank)
		indent := len(raw) - len(text)
		text = strings.Trim(text, invisible)
		if md && strings.HasPrefix(text, "```") {
			fence = !fence
			continue
		}
		for md && !fence && strings.HasPrefix(text, ">") {
			text = strings.TrimSpace(text[1:])
		}
		if text == "" || !says(text) && !underline(text) {
			gap = true
			continue
		}
		if r.words.line(text) {
			gap = true
			continue
		}
		if fence {
			add(draft{kind: record.Paragraph, text: text})
			continue
		}
		if n, body := atx(text); n > 0 {
			add(draft{kind: record.Heading, level: n, text: body, marked: true})
			gap = true
			continue
		}
		if underline(text) {
			// Under a line of text it makes a heading of it; alone it is a rule.
			if n := len(ds); n > 0 && !gap && ds[n-1].kind == record.Paragraph && (text[0] == '=' || len(text) > 2) {
				ds[n-1].kind, ds[n-1].level, ds[n-1].marked = record.Heading, 2, true
				if text[0] == '=' {
					ds[n-1].level = 1
				}
			}
			gap = true
			continue
		}
		if strings.HasPrefix(text, "|") && strings.Count(text, "|") > 1 {
			if cells := tableRow(text); cells != "" {
				add(draft{kind: record.Row, text: cells})
			}
			continue
		}
		if t, ok := boldLine(text); ok {
			add(draft{kind: record.Heading, text: t, marked: true})
			continue
		}
		if n := bullet(text); n > 0 && n < len(text) {
			add(draft{kind: record.Item, level: 1 + min(indent/2, 5), text: text[n:], width: utf8.RuneCountInString(text)})
			continue
		}
		if deep, n := ordinal(text); n > 0 {
			add(draft{kind: record.Item, level: 1 + min(indent/2, 5), text: text, clause: true, depth: deep, width: utf8.RuneCountInString(text)})
			continue
		}
		if bareNumber(text) && i+1 < len(lines) && squeeze(lines[i+1]) != "" {
			// A list whose numbers stand on lines of their own.
			add(draft{kind: record.Item, level: 1, text: text + " " + squeeze(lines[i+1]), width: utf8.RuneCountInString(lines[i+1])})
			i++
			continue
		}
		if n := len(ds); n > 0 && !gap && continues(&ds[n-1], text, md, wrapped, width) {
			p := &ds[n-1]
			p.text += " " + text
			p.last = text
			p.width = utf8.RuneCountInString(text)
			continue
		}
		add(draft{kind: record.Paragraph, text: text, width: utf8.RuneCountInString(text)})
	}
	return ds
}

// continues reports whether a line without a blank line before it goes on with
// the draft above.
func continues(p *draft, text string, md, wrapped bool, width int) bool {
	if p.kind != record.Paragraph && p.kind != record.Item {
		return false
	}
	if md {
		return true
	}
	if c, _ := utf8.DecodeRuneInString(text); c >= 'a' && c <= 'z' && !ends(p.text) {
		return true
	}
	if !wrapped {
		return false
	}
	// In a text of broken lines, a short line is the last of its paragraph,
	// and so is one that a right-to-left repair left with its full stop in front.
	return p.width*10 >= width*6 && !stopInFront(p.lastLine())
}

// wrapWidth tells whether the lines were broken at a width, and at which.
func wrapWidth(lines []string) (width int, wrapped bool) {
	pairs, broken, stops := 0, 0, 0
	for i := 0; i+1 < len(lines); i++ {
		a, b := squeeze(lines[i]), squeeze(lines[i+1])
		if stopInFront(b) {
			stops++
		}
		if a == "" || b == "" || bullet(b) > 0 {
			continue
		}
		n := utf8.RuneCountInString(a)
		pairs++
		if n >= 50 && n <= 200 && !ends(a) {
			broken++
			width = max(width, n)
		}
	}
	return width, broken >= 3 && broken*2 > pairs || stops > 1
}

// atx reads "## heading"; n is 0 when the line is none.
func atx(s string) (n int, body string) {
	for n < len(s) && s[n] == '#' {
		n++
	}
	if n == 0 || n > 6 || n == len(s) || !startsWithSpace(s[n:]) {
		return 0, ""
	}
	body = strings.TrimSpace(strings.TrimRight(strings.TrimSpace(s[n:]), "#"))
	if !says(body) {
		return 0, ""
	}
	return n, body
}

// underline reports a line of nothing but = or -, at least two of them.
func underline(s string) bool {
	return len(s) >= 2 && (strings.Trim(s, "=") == "" || strings.Trim(s, "-") == "")
}

// boldLine reads a line that is bold from end to end and short enough for a
// heading.
func boldLine(s string) (string, bool) {
	for _, m := range []string{"**", "__"} {
		t := strings.TrimSuffix(s, ":")
		if len(t) <= 2*len(m) || !strings.HasPrefix(t, m) || !strings.HasSuffix(t, m) {
			continue
		}
		in := t[len(m) : len(t)-len(m)]
		if strings.Contains(in, m) || !look(in).bare() {
			continue
		}
		return in + s[len(t):], true
	}
	return "", false
}

// tableRow turns "| a | b |" into "a | b"; the line under a header gives "".
func tableRow(s string) string {
	cells := strings.Split(strings.Trim(strings.ReplaceAll(s, `\|`, "\x01"), "| "), "|")
	rule := true
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(strings.TrimSpace(c), "\x01", "|")
		if strings.Trim(cells[i], ":- ") != "" {
			rule = false
		}
	}
	if rule {
		return ""
	}
	return strings.Join(cells, " | ")
}

// bareNumber reports a line that is a small number and nothing else.
func bareNumber(s string) bool {
	return len(s) <= 6 && utf8.RuneCountInString(s) <= 2 && nextIsDigit(s) && letters(s) == utf8.RuneCountInString(s)
}
