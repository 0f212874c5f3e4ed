package fetch

import (
	"net/http"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	cases := map[string]string{
		"http://EXAMPLE.gov.ir":             "http://example.gov.ir/",
		" https://example.gov:443/a?b#c ":   "https://example.gov/a?b",
		"http://example.gov:80/":            "http://example.gov/",
		"http://example.gov:8080/":          "http://example.gov:8080/",
		"http://me:secret@example.gov/":     "http://example.gov/",
		"http://وزارت.ایران/حریم خصوصی?آ=ب": "http://xn--mgbguc3i.xn--mgba3a4f16a/%D8%AD%D8%B1%DB%8C%D9%85%20%D8%AE%D8%B5%D9%88%D8%B5%DB%8C?%D8%A2=%D8%A8",
		"http://example.gov/100%":           "http://example.gov/100%25",
		`http:\\example.gov\a`:              "http://example.gov/a",
		"http://2130706433/":                "http://127.0.0.1/",
		"http://0x7f.1/":                    "http://127.0.0.1/",
		"http://10.0.0.1/":                  "http://10.0.0.1/",
		"http://[::1]:80/":                  "http://[::1]/",
	}
	for in, want := range cases {
		u, f := parse(in)
		if f != nil || u.String() != want {
			t.Errorf("%q gives %v, %v; want %s", in, u, f, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"http://u:p@h/%", "https://[::ffff:1.2.3.4]:80/", "http://١٢٣/", "http://a\tb/", "http://a/@b#@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, fault := parse(s)
		if fault != nil {
			return
		}
		again, fault := parse(u.String())
		if fault != nil || again.String() != u.String() {
			t.Fatalf("%q gives %q, which gives %v, %v", s, u, again, fault)
		}
		if u.User != nil || u.Fragment != "" || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			t.Fatalf("%q gives %q", s, u)
		}
		if _, err := http.NewRequest("GET", u.String(), nil); err != nil {
			t.Fatalf("%q cannot be asked: %v", u, err)
		}
	})
}

func FuzzUnpack(f *testing.F) {
	f.Add("\x1f\x8b\x08", "gzip, deflate")
	f.Add("\x78\x9c\x03", "deflate")
	f.Fuzz(func(t *testing.T, body, header string) {
		l := &limiter{max: 1 << 16, next: roundTrip(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Encoding": {header}}, ContentLength: -1,
				Body: readCloser{strings.NewReader(body), http.NoBody}, Request: req}, nil
		})}
		x := &exchange{}
		req, _ := http.NewRequestWithContext(x.attach(t.Context()), "GET", "http://h/", nil)
		if _, err := l.RoundTrip(req); err != nil {
			t.Fatal(err)
		}
		if b, err := x.read(); err == nil && len(b) > 1<<16 {
			t.Fatalf("%d bytes past the limit", len(b))
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
