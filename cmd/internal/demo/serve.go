package demo

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"hash/fnv"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	texttemplate "text/template"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"policywatch/store/record"
)

// host serves one site.
type host struct {
	world   *World
	site    *site
	agency  Agency
	moments []moment
	routes  map[string]*page
	layout  *template.Template
	files   *texttemplate.Template
	encoder *encoding.Encoder // nil for UTF-8
	server  *http.Server
	serial  atomic.Int64
}

func newHost(w *World, s *site) (*host, error) {
	h := &host{world: w, site: s, agency: s.Agency, routes: map[string]*page{}}
	var err error
	if h.moments, err = s.moments(); err != nil {
		return nil, err
	}
	if h.layout, err = template.New("layout").Funcs(templateFuncs).Parse(s.layout); err != nil {
		return nil, fmt.Errorf("layout: %w", err)
	}
	h.files = texttemplate.New("files")
	for name, body := range s.files {
		if _, err := h.files.New(name).Parse(body); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	switch s.Charset {
	case "utf-8":
	case "windows-1256":
		h.encoder = encoding.HTMLEscapeUnsupported(charmap.Windows1256.NewEncoder())
	case "iso-8859-6":
		h.encoder = encoding.HTMLEscapeUnsupported(charmap.ISO8859_6.NewEncoder())
	default:
		return nil, fmt.Errorf("charset %q is none that we can write", s.Charset)
	}
	for _, p := range append(append([]*page(nil), s.pages...), s.news...) {
		if h.routes[p.Path] != nil {
			return nil, fmt.Errorf("two pages at %s", p.Path)
		}
		h.routes[p.Path] = p
	}
	// A menu entry with a summary is a page of its own, as long as it has no
	// better one.
	for _, links := range s.menus {
		for _, l := range links {
			if l.Summary != "" && h.routes[l.Href] == nil {
				h.routes[l.Href] = &page{Path: l.Href, Title: l.Text, Blocks: []Block{{Kind: record.Paragraph, Text: plain(l.Summary), Source: l.Summary}}}
			}
		}
	}
	return h, nil
}

func (h *host) at(epoch int) moment { return h.moments[min(max(epoch, 0), len(h.moments)-1)] }

// ServeHTTP answers like the content system that the site pretends to be.
func (h *host) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	epoch := int(h.world.epoch.Load())
	m := h.at(epoch)
	serial := int(h.serial.Add(1))
	address := r.URL.Path
	if r.URL.RawQuery != "" {
		address += "?" + r.URL.RawQuery
	}
	p := h.routes[address]
	h.world.note(h.agency.Slug, address, p != nil && p.Never)
	for _, kv := range h.site.Header {
		rw.Header().Add(kv[0], kv[1])
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		rw.Header().Set("Allow", "GET, HEAD")
		http.Error(rw, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	if f := h.files.Lookup(address); f != nil {
		h.serveFile(rw, r, f, m)
		return
	}
	if to, ok := m.redirects[address]; ok {
		rw.Header().Set("Location", escapePath(to.To))
		rw.WriteHeader(to.Status)
		return
	}
	v := h.view(m, epoch, serial)
	v.Path = address
	status := http.StatusOK
	switch {
	case m.serve == "down", m.serve == "error" && address == m.address:
		v.Kind, v.Page = "error", h.routes["error"]
		v.Title = v.Page.Title
	case address == m.address:
		v.Kind, v.Title = "statement", m.statement.Title
		if h.site.Etag && h.notModified(rw, r, m) {
			return
		}
	case address == "/":
		v.Kind, v.Title = "home", h.agency.Name
	case p != nil && p.Path != "error" && !p.Never:
		v.Kind, v.Page, v.Title = "page", p, p.Title
	default:
		v.Kind, v.Page = "notfound", h.routes["404"]
		v.Title = v.Page.Title
		status = http.StatusNotFound
	}
	h.write(rw, r, status, v)
}

// serveFile answers for robots.txt, sitemaps and the like. They are the same
// for every visitor.
func (h *host) serveFile(rw http.ResponseWriter, r *http.Request, f *texttemplate.Template, m moment) {
	var b bytes.Buffer
	data := map[string]string{"Base": "http://" + r.Host, "Statement": escapePath(m.address)}
	if err := f.Execute(&b, data); err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	typ := "text/plain; charset=utf-8"
	if strings.HasSuffix(f.Name(), ".xml") {
		typ = "text/xml; charset=utf-8"
	}
	rw.Header().Set("Content-Type", typ)
	rw.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	rw.Write(b.Bytes())
}

// notModified handles the validators of the statement's page: a weak tag over
// what the editors wrote, as content systems make it, which ignores the noise.
func (h *host) notModified(rw http.ResponseWriter, r *http.Request, m moment) bool {
	sum := fnv.New64a()
	sum.Write([]byte(m.statement.Source))
	tag := fmt.Sprintf(`W/"%x"`, sum.Sum64())
	rw.Header().Set("Etag", tag)
	rw.Header().Set("Cache-Control", "no-cache")
	if !strings.Contains(r.Header.Get("If-None-Match"), tag) {
		return false
	}
	rw.WriteHeader(http.StatusNotModified)
	return true
}

func (h *host) write(rw http.ResponseWriter, r *http.Request, status int, v *view) {
	var b bytes.Buffer
	if err := h.layout.Execute(&b, v); err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	body := b.Bytes()
	if h.encoder != nil {
		var err error
		if body, err = h.encoder.Bytes(body); err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	rw.Header().Set("Content-Type", h.site.Type)
	rw.Header().Set("Set-Cookie", "sid="+v.Token(12)+"; path=/; HttpOnly")
	if h.site.Gzip && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		var z bytes.Buffer
		zw := gzip.NewWriter(&z)
		zw.Write(body)
		zw.Close()
		body = z.Bytes()
		rw.Header().Set("Content-Encoding", "gzip")
		rw.Header().Set("Vary", "Accept-Encoding")
	}
	rw.Header().Set("Content-Length", strconv.Itoa(len(body)))
	rw.WriteHeader(status)
	if r.Method != http.MethodHead {
		rw.Write(body)
	}
}

// zones are where the agencies' clocks hang; the fictional countries share
// their neighbours' time.
var zones = map[string]*time.Location{
	"fa": time.FixedZone("IRST", 3*3600+1800),
	"ar": time.FixedZone("AST", 3*3600),
	"en": time.UTC,
}

// now is the moment that the site shows: a day an epoch and some seconds a
// request, or what the clock says where one was set.
func (h *host) now(epoch, serial int) time.Time {
	t := opening.AddDate(0, 0, epoch).Add(time.Duration(serial) * 41 * time.Second)
	if c := h.world.clock.Load(); c != nil {
		t = (*c)()
	}
	return t.In(zones[h.agency.Lang])
}
