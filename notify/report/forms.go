package report

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
	"unicode"

	"policywatch/store/record"
	"policywatch/store/speech"
)

//go:embed templates
var builtIn embed.FS

// The forms of a message, each written by the template of its name.
const (
	subjectForm = "subject.txt" // of mail, and the title in a feed
	textForm    = "mail.txt"
	htmlForm    = "mail.html"
	chatForm    = "chat.txt"
	feedForm    = "feed.html" // what stands inside an entry
)

var formNames = []string{subjectForm, textForm, htmlForm, chatForm, feedForm}

const (
	// textWidth is where lines of a mail's text are broken, in columns: narrow enough
	// for a reader who answers and quotes them (RFC 3676, 4.2).
	textWidth = 72
	// maxForm bounds what one template writes, in bytes. The built-in ones stay far
	// below; one that loops must end.
	maxForm = 4 << 20
)

// form is a template of either kind.
type form interface {
	Execute(io.Writer, any) error
}

// forms are the templates of one language by name.
type forms map[string]form

// standing are the built-in templates. They are the same in every language: what
// differs are the phrases and the direction.
var standing = func() map[string]string {
	m := make(map[string]string)
	for _, name := range formNames {
		b, err := fs.ReadFile(builtIn, path.Join("templates", name))
		if err != nil {
			panic(err) // it is embedded; only a mistake in this file can lead here
		}
		m[name] = string(b)
	}
	return m
}()

// parseForm reads one template for a language. The HTML ones escape by context,
// and no function of theirs hands on a text unescaped.
func parseForm(name, text string, v voice) (form, []*parse.Tree, error) {
	var trees []*parse.Tree
	if strings.HasSuffix(name, ".html") {
		t, err := template.New(name).Funcs(template.FuncMap(v.htmlFuncs())).Parse(text)
		if err != nil {
			return nil, nil, err
		}
		for _, x := range t.Templates() {
			trees = append(trees, x.Tree)
		}
		return t, trees, nil
	}
	t, err := texttemplate.New(name).Funcs(v.textFuncs()).Parse(text)
	if err != nil {
		return nil, nil, err
	}
	for _, x := range t.Templates() {
		trees = append(trees, x.Tree)
	}
	return t, trees, nil
}

// funcs are what every template may call beside the functions of the template
// language itself.
func (v voice) funcs() texttemplate.FuncMap {
	return texttemplate.FuncMap{
		// say is a phrase of the catalogue with values in place of its %s.
		"say": func(key string, values ...string) (string, error) {
			if v.Phrase(key) == "" {
				return "", fmt.Errorf("there is no phrase %q; there are %s", key, strings.Join(v.near(key), ", "))
			}
			if n := strings.Count(v.Phrase(key), "%s"); n != len(values) {
				return "", fmt.Errorf("the phrase %q takes %d values, not %d", key, n, len(values))
			}
			return v.Say(key, values...), nil
		},
		// plain takes the directional isolates out of a text.
		"plain": isolates.Replace,
		// clip cuts a text to so many letters, at the end of a word.
		"clip": func(n int, s string) string { return clipIsolated(s, min(max(n, 1), 100_000)) },
		// first are the first so many of a digest's events.
		"first": func(n int, items []Letter) []Letter { return items[:min(max(n, 0), len(items))] },
		// number writes a number in the language's digits.
		"number": v.Number,
		"add":    func(a, b int) int { return a + b },
	}
}

// near lists the phrases that begin as the key does, up to its full stop.
func (v voice) near(key string) []string {
	family, _, _ := strings.Cut(key, ".")
	var out []string
	for k := range v.Book.Phrases {
		form := k[strings.LastIndexByte(k, '.')+1:]
		if (k == family || strings.HasPrefix(k, family+".")) && !slices.Contains([]string{"one", "two", "few", "many"}, form) {
			out = append(out, k)
		}
	}
	if len(out) == 0 && family != "label" {
		return v.near("label")
	}
	slices.Sort(out)
	return out
}

func (v voice) textFuncs() texttemplate.FuncMap {
	m := v.funcs()
	// isolate sets a text apart where it runs against the language; ltr and rtl do
	// so in any case.
	m["isolate"] = func(s string) string { return speech.Isolate(s, v.Book.Dir) }
	m["ltr"] = func(s string) string { return apartAs(speech.LTR, s) }
	m["rtl"] = func(s string) string { return apartAs(speech.RTL, s) }
	// quote puts one side of a passage between quotation marks, set apart in its own
	// direction: quote .Before .Dir.
	m["quote"] = func(rs []Run, dir string) string {
		before, after, _ := strings.Cut(speech.First(v.Phrase("quote"), "%s"), "%s")
		return before + speech.Opener(dir) + words(rs) + speech.PDI + after
	}
	// heading sets a heading of the statement apart in its direction.
	m["heading"] = func(s, dir string) string { return apartAs(dir, s) }
	return m
}

func (v voice) htmlFuncs() texttemplate.FuncMap {
	m := v.funcs()
	// bidi escapes a text and turns its isolates into <bdi> elements.
	m["bidi"] = markup
	return m
}

func apartAs(dir, s string) string {
	if s == "" {
		return ""
	}
	return speech.Opener(dir) + s + speech.PDI
}

// words are runs as one text, folded stretches as an ellipsis.
func words(rs []Run) string {
	var b strings.Builder
	for _, r := range rs {
		if r.Space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		if r.Folded != "" {
			b.WriteString("…")
		} else {
			b.WriteString(r.Text)
		}
	}
	return b.String()
}

// write fills the form of that name with the letter. Where the user's own template
// fails, which a check has not foreseen, the built-in one is taken: an alert is not
// lost for its looks.
func (w *Writer) write(name string, l Letter) (string, error) {
	own := w.own[l.Lang][name]
	if own != nil {
		s, err := fill(name, own, l)
		if err == nil {
			return s, nil
		}
		if w.Log != nil {
			w.Log.Warn("a template of yours fails, and the built-in one is used", "lang", l.Lang, "template", name, "message", l.ID, "error", err)
		}
	}
	return fill(name, w.forms(l.Lang)[name], l)
}

// fill runs a template and brings what it wrote into the form of its channel.
func fill(name string, t form, l Letter) (string, error) {
	var b capped
	if err := t.Execute(&b, l); err != nil {
		return "", fmt.Errorf("fill %s: %w", name, err)
	}
	s := strings.ToValidUTF8(b.String(), "\ufffd")
	switch name {
	case subjectForm:
		// Clean takes isolates for hostile; those here are our own, and closed.
		s = clipIsolated(balanced(strings.Join(strings.Fields(strings.Map(letters, s)), " ")), 250)
	case textForm:
		s = lay(s, l.Dir, textWidth)
	case chatForm:
		s = lay(s, l.Dir, 0)
	case htmlForm:
		s = inline(s)
	default:
		s = strings.TrimSpace(s)
	}
	if strings.TrimSpace(s) == "" {
		return "", fmt.Errorf("fill %s: it writes nothing", name)
	}
	return s, nil
}

// balanced closes the isolates that a line leaves open, and leaves out what closes
// none. Embeddings and overrides, which turn round what stands beside them, go too.
func balanced(line string) string {
	depth := 0
	line = strings.Map(func(r rune) rune {
		switch {
		case r >= 0x2066 && r <= 0x2068:
			depth++
		case r == 0x2069 && depth == 0, r >= 0x202a && r <= 0x202e:
			return -1
		case r == 0x2069:
			depth--
		}
		return r
	}, line)
	return line + strings.Repeat(speech.PDI, depth)
}

// letters leaves out control characters but for white space.
func letters(r rune) rune {
	if unicode.IsControl(r) && !unicode.IsSpace(r) {
		return -1
	}
	return r
}

// capped is a buffer with an end.
type capped struct{ bytes.Buffer }

func (b *capped) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxForm {
		return 0, errors.New("it writes more than four megabytes; does it loop?")
	}
	return b.Buffer.Write(p)
}

// lay breaks a text into lines of the width, each with the indent of its own and
// marks that keep its direction. It folds empty lines, so that a template need not
// count them.
func lay(text, dir string, width int) string {
	t := &typesetter{dir: dir, width: width}
	empty := true // at the beginning none is kept
	var waiting bool
	for line := range strings.Lines(strings.Map(letters, text)) {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		body := strings.TrimLeft(line, " \t")
		if body == "" {
			waiting = !empty
			continue
		}
		if waiting {
			t.blank()
		}
		empty, waiting = false, false
		indent := strings.Repeat(" ", min(len(line)-len(body), 8))
		next := indent
		if item, ok := strings.CutPrefix(body, "- "); ok {
			indent, next, body = indent+"- ", indent+"  ", item
		}
		t.lines(indent, next, []span{{text: balanced(body)}})
	}
	return t.String()
}

// forms are the built-in templates with the language's phrases.
func (w *Writer) forms(lang string) forms {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.built == nil {
		w.built = make(map[string]forms)
	}
	f := w.built[lang]
	if f == nil {
		f = make(forms)
		for _, name := range formNames {
			t, _, err := parseForm(name, standing[name], w.voice(lang))
			if err != nil {
				panic(fmt.Sprintf("report: the built-in %s: %v", name, err)) // a test reads them all
			}
			f[name] = t
		}
		w.built[lang] = f
	}
	return f
}

// message makes the message of a letter in every form.
func (w *Writer) message(ev record.Event, l Letter, body []byte) (Message, error) {
	m := Message{ID: l.ID, Event: ev, Lang: l.Lang, Dir: l.Dir, JSON: body}
	for _, x := range []struct {
		name string
		to   *string
	}{{subjectForm, &m.Subject}, {textForm, &m.Text}, {htmlForm, &m.HTML}, {chatForm, &m.Short}, {feedForm, &m.Feed}} {
		s, err := w.write(x.name, l)
		if err != nil {
			return Message{}, err
		}
		*x.to = s
		if x.name == subjectForm {
			l.Subject = s
		}
	}
	return m, nil
}
