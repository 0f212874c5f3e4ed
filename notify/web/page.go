package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"time"
	"unicode"
	"unicode/utf8"
)

//go:embed templates
var templates embed.FS

// pages are the templates by name, each with the layout around it.
var pages = parse("overview", "sites", "site", "change", "changes", "shared", "group", "conformance", "pending", "alerts", "health", "counting", "sorry")

func parse(names ...string) map[string]*template.Template {
	funcs := template.FuncMap{"mark": mark, "path": url.PathEscape, "add": func(a, b int) int { return a + b }}
	base := template.Must(template.New("layout").Funcs(funcs).ParseFS(templates, "templates/layout.html", "templates/parts.html"))
	out := map[string]*template.Template{}
	for _, n := range names {
		out[n] = template.Must(template.Must(base.Clone()).ParseFS(templates, "templates/"+n+".html"))
	}
	return out
}

// frame is what every page is given, and how its template speaks.
type frame struct {
	voice
	d *dashboard
	r *http.Request
	// Title is the page's own; Here names its place in the navigation.
	Title, Here string
	Now         time.Time
	// Pending and GivenUp are shown beside their names in the navigation.
	Pending, GivenUp int
	Acting           bool // whether there are buttons
	// Counting says that the sites are still being counted, and Seen how many there
	// are so far.
	Counting bool
	Seen     int
	Feed     string
}

func (d *dashboard) frame(w http.ResponseWriter, r *http.Request, here string, b *board) frame {
	lang, chosen := d.language(r)
	if chosen {
		http.SetCookie(w, &http.Cookie{Name: langCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true,
			Secure: r.TLS != nil || d.base != nil && d.base.Scheme == "https", SameSite: http.SameSiteLaxMode})
	}
	f := frame{voice: voice{d.voices.In(lang)}, d: d, r: r, Here: here, Now: d.Clock(), Acting: d.Actions != nil, Feed: "/feed.atom?lang=" + lang}
	if here != "" {
		f.Title = f.say("web.nav." + here)
	}
	if b != nil {
		f.Pending, f.GivenUp, f.Counting, f.Seen = len(b.pending), b.outbox.GivenUp, b.counting, b.seen
	}
	return f
}

func (f frame) request() *http.Request { return f.r }

// vary names what of a request a page depends on besides its address.
const vary = "Accept-Language, Cookie"

// Lang and Dir are the page's.
func (f frame) Lang() string { return f.Book.Lang }

// Dir is "rtl" or "ltr".
func (f frame) Dir() string { return f.Book.Dir }

// Say fills a phrase, Plain does so for an attribute, Count for n things.
func (f frame) Say(key string, values ...any) template.HTML { return markup(f.say(key, values...)) }

// Plain is Say without elements.
func (f frame) Plain(key string, values ...any) string {
	return toNothing.Replace(f.say(key, values...))
}

// Count says a phrase about n things.
func (f frame) Count(key string, n int, values ...any) template.HTML {
	return markup(f.count(key, n, values...))
}

// Number writes a number in the language's digits.
func (f frame) Number(n int) string { return f.number(n) }

// Markup shows a text that report wrote.
func (f frame) Markup(s string) template.HTML { return markup(s) }

// Day and Moment write a time, the day alone or to the minute.
func (f frame) Day(t time.Time) template.HTML {
	return f.time(t, f.day(t))
}

// Moment is Day with the time of day, UTC.
func (f frame) Moment(t time.Time) template.HTML {
	return f.time(t, f.day(t)+" "+f.clock(t))
}

// Ago is how long ago t was; the title has the moment.
func (f frame) Ago(t time.Time) template.HTML {
	return f.time(t, f.ago(t, f.Now))
}

func (f frame) time(t time.Time, text string) template.HTML {
	if t.IsZero() {
		return markup(f.say("web.never"))
	}
	return template.HTML(fmt.Sprintf(`<time datetime="%s" title="%s">%s</time>`, t.UTC().Format(time.RFC3339),
		template.HTMLEscapeString(toNothing.Replace(f.day(t)+" "+f.clock(t))), markup(text)))
}

// Style is the address of the style sheet.
func (f frame) Style() string { return style }

// Norm is the title of a legal profile.
func (f frame) Norm(id string) string {
	for _, p := range f.d.Profiles {
		if p.ID == id {
			return first(p.Title[f.Book.Lang], p.Title["en"], p.ID)
		}
	}
	return id
}

// Languages are the links to the same page in each language.
func (f frame) Languages() []language {
	var out []language
	for _, l := range f.d.langs {
		out = append(out, language{l, f.d.voices.In(l).Phrase("web.language"), f.With("lang", l), l == f.Book.Lang})
	}
	return out
}

type language struct {
	Lang, Name, Href string
	Current          bool
}

// With is the address of this page with one parameter set, or taken away where
// the value is empty. Whoever sets anything but the page starts at the first.
func (f frame) With(key, value string) string {
	q := f.r.URL.Query()
	if key != "page" && key != "lang" && key != "view" {
		q.Del("page")
		q.Del("before")
	}
	if key != "lang" {
		q.Del("lang")
	}
	if q.Has("q") { // it stands in every link
		q.Set("q", clipped(q.Get("q"), longestQuery))
	}
	q.Del(key)
	if value != "" {
		q.Set(key, value)
	}
	// The path is taken from the request, and a browser reads //host as another
	// server.
	u := url.URL{Path: "/" + trimSlashes(f.r.URL.Path), RawQuery: q.Encode()}
	return u.String()
}

func trimSlashes(s string) string {
	for len(s) > 0 && (s[0] == '/' || s[0] == '\\') {
		s = s[1:]
	}
	return s
}

// capital begins a line that stands alone, in scripts that have capitals.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func first(s ...string) string {
	for _, x := range s {
		if x != "" {
			return x
		}
	}
	return ""
}

// show writes a page. It is made in memory first, so that trouble in the middle
// does not leave half of it.
func (d *dashboard) show(w http.ResponseWriter, status int, name string, page any) error {
	var b bytes.Buffer
	if err := pages[name].ExecuteTemplate(&b, "layout", page); err != nil {
		return fmt.Errorf("write the page %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	// What a page shows may be gone in a minute, and a shared cache has no business
	// with it.
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", vary)
	if f, ok := page.(interface{ request() *http.Request }); ok && status == http.StatusOK {
		// Whoever loads a page again that still says the same need not be sent it.
		sum := sha256.Sum256(b.Bytes())
		tag := `"` + hex.EncodeToString(sum[:12]) + `"`
		h.Set("ETag", tag)
		if f.request().Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	if err != nil {
		d.Log.Debug("the reader left", "error", err)
	}
	return nil
}

// counting shows, in place of a page that is made of all sites, that they are still
// being counted.
func (d *dashboard) counting(w http.ResponseWriter, r *http.Request, here, title string, b *board) error {
	f := d.frame(w, r, here, b)
	f.Title = f.say(title)
	return d.show(w, http.StatusOK, "counting", f)
}

// sorry shows why there is no such page.
func (d *dashboard) sorry(w http.ResponseWriter, r *http.Request, status int, why string) {
	f := d.frame(w, r, "", nil)
	f.Title = f.say(fmt.Sprintf("web.sorry.%d", status))
	if f.Title == fmt.Sprintf("web.sorry.%d", status) {
		f.Title = http.StatusText(status)
	}
	if err := d.show(w, status, "sorry", struct {
		frame
		Why string
	}{f, why}); err != nil {
		d.Log.Error("a page could not be shown", "path", r.URL.Path, "error", err)
		plain(w, http.StatusInternalServerError, http.StatusText(http.StatusInternalServerError)+"\n")
	}
}
