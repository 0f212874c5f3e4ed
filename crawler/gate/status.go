package gate

import (
	"bytes"
	"html"
	"net/url"
	"strings"
	"unicode/utf8"

	"policywatch/store/record"
)

// effective is what the answer's addresses and status say, beside its text:
// a verdict and its reason, or "" when they say nothing. The reason of a
// redirect to the home page begins with "gone_to_root".
func effective(snap *record.Snapshot) (record.Verdict, string) {
	asked, err1 := url.Parse(snap.URL)
	final, err2 := url.Parse(snap.FinalURL)
	if err1 == nil && err2 == nil && snap.FinalURL != "" {
		if strings.Contains(strings.ToLower(final.RawQuery), "aspxerrorpath=") {
			return record.VerdictNotFound, "the server answered with its error page (aspxerrorpath in the address)"
		}
		if !isRoot(asked) && isRoot(final) {
			return record.VerdictNotFound, "gone_to_root: the address now leads to the home page " + snap.FinalURL
		}
		if was, is := strings.ToLower(asked.Path), strings.ToLower(final.Path); was != is {
			switch base := is[strings.LastIndexByte(is, '/')+1:]; {
			case strings.HasPrefix(base, "404") || strings.HasPrefix(base, "notfound") || strings.HasPrefix(base, "not-found") || strings.HasPrefix(base, "pagenotfound"):
				return record.VerdictNotFound, "the address now leads to an error page, " + snap.FinalURL
			case strings.HasPrefix(base, "login") || strings.HasPrefix(base, "signin") || strings.HasPrefix(base, "sign-in") || strings.Contains(is, "/account/login") || strings.HasSuffix(is, "/_layouts/15/authenticate.aspx"):
				return record.VerdictLogin, "the address now leads to a login page, " + snap.FinalURL
			}
		}
	}
	switch snap.Status {
	case 404, 410:
		return record.VerdictNotFound, "the server says that the page does not exist"
	case 401, 407:
		return record.VerdictLogin, "the server asks for a login"
	}
	return "", ""
}

// isRoot reports whether an address is a site's front door, in any language:
// nothing, an index or default page, or a language code.
func isRoot(u *url.URL) bool {
	p := strings.ToLower(strings.Trim(u.Path, "/"))
	if q := u.RawQuery; q != "" && strings.ContainsAny(q, "=") && !strings.HasPrefix(strings.ToLower(q), "lang") {
		return false
	}
	if u.Fragment != "" && strings.ContainsRune(u.Fragment, '/') {
		return false
	}
	if i := strings.IndexByte(p, '/'); i == 2 || i == 5 {
		p = p[i+1:]
	}
	switch p {
	case "", "index", "index.html", "index.htm", "index.php", "index.asp", "index.aspx", "index.jsp", "default.aspx", "default.asp", "default.htm", "home", "home.aspx", "home.html",
		"pages/default.aspx", "pages/home.aspx", "portal", "main":
		return true
	}
	return len(p) == 2 || len(p) == 5 && (p[2] == '-' || p[2] == '_')
}

// refresh returns the target of a meta refresh in the page's source, in lower
// case, and false when there is none or it only reloads the page.
func refresh(source []byte) (string, bool) {
	i := bytes.Index(source, []byte("http-equiv=\"refresh\""))
	if i < 0 {
		if i = bytes.Index(source, []byte("http-equiv='refresh'")); i < 0 {
			if i = bytes.Index(source, []byte("http-equiv=refresh")); i < 0 {
				return "", false
			}
		}
	}
	end := bytes.IndexByte(source[i:], '>')
	if end < 0 {
		return "", false
	}
	_, to, ok := bytes.Cut(source[i:i+end], []byte("url="))
	if !ok {
		return "", false
	}
	target := strings.Trim(strings.TrimRight(string(to), "/ "), `'" `)
	return target, target != ""
}

// pageTitle returns what stands in the page's title element. In an encoding
// other than UTF-8 only a title in ASCII is worth reading.
func pageTitle(body []byte) string {
	body = body[:min(len(body), head)]
	i := indexFold(body, "<title")
	if i < 0 {
		return ""
	}
	body = body[i:]
	from := bytes.IndexByte(body, '>') + 1
	to := indexFold(body, "</title")
	if from == 0 || to < from || to-from > 2000 || !utf8.Valid(body[from:to]) {
		return ""
	}
	return html.UnescapeString(string(body[from:to]))
}

// indexFold is bytes.Index for a tag in either case.
func indexFold(b []byte, tag string) int {
	for at := 0; ; at++ {
		i := bytes.IndexByte(b[at:], '<')
		if i < 0 || len(b)-at-i < len(tag) {
			return -1
		}
		at += i
		if strings.EqualFold(string(b[at:at+len(tag)]), tag) {
			return at
		}
	}
}

// passwordField reports whether the page asks for a password.
func passwordField(source []byte) bool {
	return bytes.Contains(source, []byte("type=\"password\"")) || bytes.Contains(source, []byte("type='password'")) || bytes.Contains(source, []byte("type=password"))
}

// scriptRoots are the empty elements that script-built sites fill.
var scriptRoots = []string{"id=\"root\"", "id=\"app\"", "id=\"__next\"", "id=\"__nuxt\"", "<app-root", "id=\"react-root\"", "ng-version=", "ng-app=", "data-reactroot", "id=\"q-app\"", "id=root", "id=app", "id=\"svelte\"", "id=\"main-app\""}

// builtByScript reports whether the source is a frame for scripts: the root
// element of a script framework, or scripts that make up most of the page.
func builtByScript(source []byte) (string, bool) {
	for _, r := range scriptRoots {
		if bytes.Contains(source, []byte(r)) && bytes.Contains(source, []byte("<script")) {
			return strings.Trim(r, "<"), true
		}
	}
	if n := bytes.Count(source, []byte("<script")); n >= 1 && bytes.Count(source, []byte("<a ")) < 3 {
		return "scripts and no links", true
	}
	return "", false
}
