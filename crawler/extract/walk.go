package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"policywatch/store/record"
)

// Reading the chosen part. The rule throughout is that words are never lost for
// want of understanding: an element that nobody foresaw is walked like a div,
// and what looks wrong is sorted out later, in settle, where neighbours are seen.

// walker turns boxes into drafts, in document order.
type walker struct {
	r    *Reader
	t    *tree
	res  resolver
	out  []draft
	run  run
	list int // depth of lists around
	item int // 1 when the next run opens a list item
	// single: that item is the only one of a numbered list, as editors leave
	// it where a writer numbered the headings.
	single bool
	// flags of the block whose run is gathered
	hidden bool
	level  int // level of the last marked heading, 0 before any
}

func newWalker(r *Reader, t *tree, res resolver) *walker { return &walker{r: r, t: t, res: res} }

func (w *walker) done() []draft {
	w.flush()
	return w.out
}

// walk reads the subtree of box i.
func (w *walker) walk(i int32) {
	b := &w.t.boxes[i]
	if b.flags&isDropped != 0 {
		return
	}
	if b.node.Type == html.TextNode {
		if b.letters > 0 || b.ownMarks > 0 || strings.TrimFunc(b.node.Data, blank) != "" {
			w.hidden = b.flags&isHidden != 0
		}
		w.run.text(b.node.Data, b.flags, int(b.letters), b.dress)
		return
	}
	switch b.atom {
	case atom.Br:
		w.run.brk()
		return
	case atom.Hr:
		w.flush()
		return
	case atom.Table:
		w.table(i)
		return
	case atom.Ul, atom.Ol, atom.Menu, atom.Dir:
		w.flush()
		w.list++
		w.children(i)
		w.flush()
		w.list--
		return
	case atom.Dl:
		w.definitions(i)
		return
	case atom.Li:
		w.flush()
		w.item = 1
		w.single = w.only(i)
		if w.list == 0 {
			w.list = 1
			w.children(i)
			w.flush()
			w.list = 0
		} else {
			w.children(i)
			w.flush()
		}
		w.item = 0
		return
	case atom.Pre, atom.Textarea:
		w.preformatted(i)
		return
	case atom.Span, atom.Small, atom.I, atom.Em, atom.Sup, atom.B:
		// What a link says to screen readers only: "opens in a new window".
		if b.flags&isLinked != 0 && b.letters > 8 && b.letters < 50 && b.flags&hasBlock == 0 && w.r.words.skip.is(w.t.words(i)) {
			return
		}
	case atom.Button:
		if b.flags&isHeading == 0 && b.flags&isTrigger == 0 && w.run.empty() {
			if w.opensNext(i) {
				w.triggers(i)
			}
			return
		}
	}
	if b.flags&isHeading != 0 && b.flags&isBlock != 0 && (b.parent < 0 || w.t.boxes[b.parent].flags&isHeading == 0) {
		w.heading(i)
		return
	}
	if b.flags&isTrigger != 0 && w.triggers(i) {
		return
	}
	if b.atom == atom.A && b.flags&hasBlock == 0 {
		w.anchor(i)
		return
	}
	if b.flags&(isBlock|hasBlock) != 0 {
		w.flush()
		w.panelTitle(i)
		from := len(w.out)
		w.children(i)
		w.flush()
		if b.atom == atom.A {
			w.card(from, attr(b.node, "href"))
		}
		return
	}
	if cf := attr(b.node, "data-cfemail"); cf != "" {
		if mail := decodeMail(cf); mail != "" {
			w.run.text(mail, b.flags, letters(mail), b.dress)
			return
		}
	}
	w.children(i)
}

func (w *walker) children(i int32) {
	end := w.t.boxes[i].end
	for c := i + 1; c < end; c = w.t.boxes[c].end {
		w.walk(c)
	}
}

// only reports whether list item i is the only one of a numbered list.
func (w *walker) only(i int32) bool {
	p := w.t.boxes[i].parent
	if p < 0 || w.t.boxes[p].atom != atom.Ol {
		return false
	}
	items := 0
	for c := p + 1; c < w.t.boxes[p].end; c = w.t.boxes[c].end {
		if w.t.boxes[c].atom == atom.Li {
			items++
		}
	}
	return items == 1
}

// heading reads h1 to h6 and their likes. Some pages put whole paragraphs into
// them for the looks; those are paragraphs.
func (w *walker) heading(i int32) {
	b := &w.t.boxes[i]
	w.flush()
	if b.flags&hasBlock != 0 && b.letters > 200 {
		for c := i + 1; c < b.end; c++ {
			w.t.boxes[c].flags &^= isHeading
		}
		w.children(i)
		w.flush()
		return
	}
	text, links := w.inner(i)
	if text == "" {
		return
	}
	level := 2
	switch b.atom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		level = int(b.node.Data[1] - '0')
	default:
		if v := attr(b.node, "aria-level"); len(v) == 1 && v[0] >= '1' && v[0] <= '6' {
			level = int(v[0] - '0')
		}
	}
	d := draft{kind: record.Heading, level: level, text: text, links: links, marked: true, gap: true, hidden: b.flags&isHidden != 0}
	if s := look(text); s.words > 40 || s.sentence && s.words > 25 {
		d.kind, d.level = record.Paragraph, 0
	} else {
		w.level = level
	}
	w.out = append(w.out, d)
}

// inner returns the text of a subtree as one line.
func (w *walker) inner(i int32) (string, []record.Link) {
	sub := walker{r: w.r, t: w.t, res: w.res}
	sub.plain(i)
	var b strings.Builder
	var links []record.Link
	for k := range sub.run.lines {
		l := &sub.run.lines[k]
		if s := sub.run.string(l); s != "" {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(s)
		}
		links = append(links, l.links...)
	}
	return b.String(), links
}

// plain gathers the words of a subtree into the run, blocks apart.
func (w *walker) plain(i int32) {
	end := w.t.boxes[i].end
	for c := i + 1; c < end; {
		b := &w.t.boxes[c]
		switch {
		case b.flags&isDropped != 0:
			c = b.end
			continue
		case b.node.Type == html.TextNode:
			w.run.text(b.node.Data, b.flags, int(b.letters), b.dress)
		case b.atom == atom.A && b.flags&hasBlock == 0:
			w.anchor(c)
			c = b.end
			continue
		case b.atom == atom.Br, b.flags&isBlock != 0:
			w.run.brk()
		case attr(b.node, "data-cfemail") != "":
			w.walk(c)
			c = b.end
			continue
		}
		c++
	}
}

// anchor reads a link and keeps its address beside its words.
func (w *walker) anchor(i int32) {
	b := &w.t.boxes[i]
	href := attr(b.node, "href")
	if cf := attr(b.node, "data-cfemail"); cf != "" {
		if mail := decodeMail(cf); mail != "" {
			w.run.text(mail, b.flags, letters(mail), b.dress)
			w.run.line().links = append(w.run.line().links, record.Link{Text: mail, URL: "mailto:" + mail})
			return
		}
	}
	from := len(w.run.buf)
	w.children(i)
	if from > len(w.run.buf) {
		return // a block below flushed the run
	}
	text := squeeze(string(w.run.buf[from:]))
	if u := w.res.resolve(href); u != "" && text != "" {
		l := w.run.line()
		l.links = append(l.links, record.Link{Text: text, URL: u})
	}
}

// card gives the address of a link around whole blocks to each of them: a page
// made of such cards leads elsewhere and must look like it.
func (w *walker) card(from int, href string) {
	u := w.res.resolve(href)
	if u == "" {
		return
	}
	for i := from; i < len(w.out); i++ {
		if d := &w.out[i]; len(d.links) == 0 {
			d.links = append(d.links, record.Link{Text: d.text, URL: u})
		}
	}
}

// flush turns the gathered run into drafts: a blank line parts paragraphs, a
// bold line over text is a heading, a line with a bullet is an item.
func (w *walker) flush() {
	u := &w.run
	if u.empty() {
		u.reset()
		return
	}
	kind, level := record.Paragraph, 0
	if w.list > 0 && w.item == 1 {
		kind, level = record.Item, min(w.list, 6)
		w.item = 0
	}
	start := true // of a paragraph
	for i := range u.lines {
		l := &u.lines[i]
		text := u.string(l)
		if text == "" {
			start = true
			continue
		}
		d := draft{kind: kind, level: level, text: text, links: l.links, gap: true, hidden: w.hidden, dress: l.dress, linked: l.letters > 0 && l.linked*10 >= l.letters*9}
		d.bold = l.letters > 0 && l.bold*100 >= l.letters*97
		if kind == record.Item && w.single && !d.linked && look(text).bare() {
			d.kind, d.level, d.marked = record.Heading, min(w.level+1, 6), true
		}
		w.single = false
		switch n := bullet(text); {
		case kind == record.Paragraph && n > 0 && n < len(text):
			d.kind, d.level, d.text = record.Item, 1, text[n:]
		case !start && !d.bold && len(w.out) > 0 && goesOn(&w.out[len(w.out)-1], &d):
			p := &w.out[len(w.out)-1]
			p.text += " " + d.text
			p.links = append(p.links, d.links...)
			p.bold, p.dress = false, 0
			p.linked = p.linked && d.linked
			continue
		}
		w.out = append(w.out, d)
		kind, level = record.Paragraph, 0
		start = false
	}
	u.reset()
}

// goesOn reports whether the line d after a single break belongs to the
// paragraph p. A bold or titled line ends with its break.
func goesOn(p, d *draft) bool {
	if p.kind == record.Heading || p.bold {
		return false
	}
	if _, n := ordinal(d.text); n > 0 {
		return false
	}
	s := look(p.text)
	return !(s.colon && s.bare() && len(d.text) > bodyRunes)
}

// preformatted reads text whose line ends count.
func (w *walker) preformatted(i int32) {
	w.flush()
	var b strings.Builder
	end := w.t.boxes[i].end
	for c := i + 1; c < end; c++ {
		x := &w.t.boxes[c]
		if x.node.Type == html.TextNode {
			b.WriteString(x.node.Data)
		} else if x.flags&isBlock != 0 || x.atom == atom.Br {
			b.WriteByte('\n')
		}
	}
	ds := rejoin(w.r.draftLines(strings.Split(cleanInput([]byte(b.String())), "\n"), false))
	w.r.promote(ds, false)
	for i := range ds {
		ds[i].text = squeeze(ds[i].text)
	}
	w.out = append(w.out, ds...)
}
