package mail_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"policywatch/notify/mail"
)

// parts reads a mail as a mail program would.
func parts(t *testing.T, raw []byte) (h netmail.Header, text, html string) {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("no mail program could read this: %v\n%s", err, raw)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("Content-Type %q: %v", m.Header.Get("Content-Type"), err)
	}
	r := multipart.NewReader(m.Body, params["boundary"])
	for _, want := range []string{"text/plain", "text/html"} {
		p, err := r.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		if kind, params, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind != want || !strings.EqualFold(params["charset"], "utf-8") {
			t.Fatalf("part %s %v, want %s in utf-8", kind, params, want)
		}
		var body io.Reader = quotedprintable.NewReader(p)
		if p.Header.Get("Content-Transfer-Encoding") == "base64" {
			body = base64.NewDecoder(base64.StdEncoding, p)
		}
		b, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		if want == "text/plain" {
			text = string(b)
		} else {
			html = string(b)
		}
	}
	return m.Header, strings.ReplaceAll(text, "\r\n", "\n"), strings.ReplaceAll(html, "\r\n", "\n")
}

func TestLinesOfHeaderAreShort(t *testing.T) { // N5
	m := message(t, "fa")
	m.Subject = strings.Repeat("سازمان بسیار بلند ", 20) + strings.Repeat("x", 400)
	raw, err := mail.Compose("a@office.example", []string{"b@office.example"}, m)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for _, line := range strings.Split(string(head), "\r\n") {
		if len(line) > 78 {
			t.Errorf("a header line has %d octets, RFC 5322 advises 78: %q", len(line), line)
		}
		for _, r := range line {
			if r > 0x7e {
				t.Errorf("a header line is not ASCII: %q", line)
				break
			}
		}
	}
	for _, line := range strings.Split(string(raw), "\r\n") {
		if len(line) > 998 || strings.Contains(line, "\n") {
			t.Fatalf("a line breaks RFC 5322: %d octets", len(line))
		}
	}
	h, _, _ := parts(t, raw)
	if got, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject")); err != nil || got != m.Subject {
		t.Errorf("the subject did not survive: %q, %v", got, err)
	}
}

func TestNoHeaderCanBeInjected(t *testing.T) { // N5
	m := message(t, "en")
	m.Subject = "Jazan\r\nBcc: thief@evil.example\r\n\r\nHello"
	m.ID = "pw\r\nBcc: thief@evil.example"
	m.Lang = "en\r\nBcc: thief@evil.example"
	raw, err := mail.Compose("a@office.example", []string{"b@office.example"}, m)
	if err != nil {
		t.Fatal(err)
	}
	h, _, _ := parts(t, raw)
	if h.Get("Bcc") != "" {
		t.Errorf("a header was injected:\n%s", raw)
	}
	for _, bad := range []string{"a@b.example\r\nBcc: c@d.example", "x\r\ny <a@b.example>", "a@b.example>\r\nRCPT TO:<c@d.example", "", "nobody"} {
		if _, err := mail.New(mail.Options{Host: "h", From: "a@b.example", To: []string{bad}}); err == nil {
			t.Errorf("recipient %q is accepted", bad)
		}
		if _, err := mail.New(mail.Options{Host: "h", From: bad, To: []string{"a@b.example"}}); err == nil {
			t.Errorf("sender %q is accepted", bad)
		}
	}
}

func TestSameMessageSameBytes(t *testing.T) {
	for _, lang := range []string{"en", "fa"} {
		m := message(t, lang)
		a, err := mail.Compose("a@office.example", []string{"b@office.example"}, m)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := mail.Compose("a@office.example", []string{"b@office.example"}, m)
		if !bytes.Equal(a, b) {
			t.Errorf("%s: the same message gave other bytes", lang)
		}
	}
}

func TestAnySubjectSurvives(t *testing.T) { // N5
	m := message(t, "fa")
	rapid.Check(t, func(t *rapid.T) {
		m.Subject = rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("آ ابپ=?_\u2066\u2069\u200c،x"))), rapid.StringN(300, 500, -1)).Draw(t, "subject")
		raw, err := mail.Compose("a@office.example", []string{"b@office.example"}, m)
		if err != nil {
			t.Fatal(err)
		}
		read, err := netmail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("%v\n%s", err, raw)
		}
		got, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
		want := strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return ' '
			}
			return r
		}, m.Subject)
		if err != nil || strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
			t.Fatalf("subject %q, want %q, %v", got, want, err)
		}
		if len(read.Header) != 12 {
			t.Fatalf("%d headers, want 12: %v", len(read.Header), read.Header)
		}
	})
}

// What is told of one site hangs together in one thread, and all of it can be
// sorted by one header.
func TestThreads(t *testing.T) {
	refers := func(site, id string) string {
		m := message(t, "ar")
		m.ID, m.Event.Site = id, site
		b, err := mail.Compose("Watch <watch@office.example>", []string{"a@b.example"}, m)
		if err != nil {
			t.Fatal(err)
		}
		p, err := netmail.ReadMessage(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Header.Get("List-Id"); got != "policywatch <policywatch.office.example>" {
			t.Errorf("List-Id %q", got)
		}
		return p.Header.Get("References")
	}
	one := refers("a.example", "pw_1")
	if !strings.HasPrefix(one, "<site_") || !strings.HasSuffix(one, "@office.example>") || refers("a.example", "pw_2") != one {
		t.Errorf("one site: %q", one)
	}
	if refers("b.example", "pw_1") == one || refers("", "pw_1") != "" {
		t.Error("another site, or none, is in the same thread")
	}
}
