package demo

import (
	"html/template"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
)

// view is what the templates see.
type view struct {
	*noise
	Agency
	// Kind is home, page, statement, error or notfound.
	Kind, Title, Path string
	Dir               string
	Page              *page
	// Statement is set on every page; only the statement's own shows it.
	Statement Statement
	// Address is where the statement stands; menus link it as @statement.
	Address string
	Markup  string
	// News is the list in a new order each time.
	News []*page
	// Banner is one of the rotating announcements, Banners all of them in a
	// new order each time.
	Banner  string
	Banners []string
	menus   map[string][]link
}

func (h *host) view(m moment, epoch, serial int) *view {
	n := newNoise(h.world.seed, h.agency.Slug, serial, h.now(epoch, serial))
	v := &view{
		noise: n, Agency: h.agency, Dir: "rtl",
		Statement: m.statement, Address: m.address, Markup: m.markup,
		News: slices.Clone(h.site.news), Banners: slices.Clone(h.site.banners), menus: h.site.menus,
	}
	if h.agency.Lang == "en" {
		v.Dir = "ltr"
	}
	shuffle(n.rng, v.News)
	shuffle(n.rng, v.Banners)
	v.Banner = v.Banners[0]
	return v
}

func shuffle[T any](r *rand.Rand, s []T) {
	r.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}

// Menu is the list of links of one area, with the statement's present address.
func (v *view) Menu(area string) []link {
	out := slices.Clone(v.menus[area])
	for i := range out {
		out[i].Href = v.Link(out[i].Href)
	}
	return out
}

// Link resolves @statement.
func (v *view) Link(href string) string {
	if href == "@statement" {
		return v.Address
	}
	return href
}

// Is reports whether the page is of one of these kinds.
func (v *view) Is(kinds ...string) bool { return slices.Contains(kinds, v.Kind) }

// Inline renders the source of a block: its links and strong words.
func (v *view) Inline(source string) template.HTML {
	s := template.HTMLEscapeString(source)
	s = linkMark.ReplaceAllStringFunc(s, func(m string) string {
		f := linkMark.FindStringSubmatch(m)
		return `<a href="` + escapePath(v.Link(f[2])) + `">` + f[1] + `</a>`
	})
	return template.HTML(strongMark.ReplaceAllString(s, "<strong>$1</strong>"))
}

var templateFuncs = template.FuncMap{
	"fa": func(v any) string { return withDigits("fa", v) },
	"ar": func(v any) string { return withDigits("ar", v) },
	// comment writes a comment, which html/template would take out.
	"comment": func(parts ...any) template.HTML {
		var b strings.Builder
		for _, p := range parts {
			b.WriteString(withDigits("en", p))
		}
		return template.HTML("<!-- " + template.HTMLEscapeString(b.String()) + " -->")
	},
	// tags writes markup that html/template refuses, such as conditional
	// comments.
	"tags":  func(s string) template.HTML { return template.HTML(s) },
	"inc":   func(i int) int { return i + 1 },
	"first": func(n int, p []*page) []*page { return p[:min(n, len(p))] },
}

// escapePath percent-encodes an address for a header or an attribute and
// leaves one that is encoded already, or not http, alone.
func escapePath(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.String()
}
