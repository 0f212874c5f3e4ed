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
	"policywatch/notify/report"
	"policywatch/store/record"
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

// The whole of the header, as a reader's program sees it.
func TestHeader(t *testing.T) {
	srv := serve(t, nil, false)
	o := options(srv)
	o.Unsubscribe = "mailto:watch@office.example?subject=unsubscribe"
	s := sender(t, o)
	for range 2 { // a second delivery is the same mail
		if _, err := s.Send(t.Context(), message(t, "ar")); err != nil {
			t.Fatal(err)
		}
	}
	mails := srv.Mails()
	if len(mails) != 2 || !bytes.Equal(mails[0].Body, mails[1].Body) {
		t.Fatalf("%d mails, not the same", len(mails))
	}
	h, text, html := parts(t, mails[0].Body)
	for key, want := range map[string]string{
		"Message-Id": "<pw_0123456789abcdef@office.example>", "List-Id": "policywatch <policywatch.office.example>", "Auto-Submitted": "auto-generated",
		"List-Unsubscribe": "<mailto:watch@office.example?subject=unsubscribe>", "Content-Language": "ar", "Mime-Version": "1.0",
	} {
		if h.Get(key) != want || len(h[key]) != 1 {
			t.Errorf("%s: %q, want %q once", key, h[key], want)
		}
	}
	if subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject")); err != nil || !strings.Contains(subject, "حُذف القسم") || len([]rune(subject)) > 80 {
		t.Errorf("subject %q, %v", subject, err)
	}
	for _, bad := range []string{"<img", "src=", "url(", "<link", "<script", "@import", "<iframe"} {
		if strings.Contains(html, bad) {
			t.Errorf("the mail holds %s, which could load something", bad)
		}
	}
	for _, line := range strings.Split(text, "\n") {
		if n := len([]rune(line)); n > 90 { // 72 columns and marks, unless an address is longer
			t.Errorf("a line of %d letters: %q", n, line)
		}
	}
	for _, bad := range []string{"javascript:x", "mailto:a@b.example>\r\nBcc: <c@d.example", "https://a.example/ x", "https://a.example/>, <https://b.example"} {
		o.Unsubscribe = bad
		if _, err := mail.New(o); err == nil {
			t.Errorf("unsubscribe %q is accepted", bad)
		}
	}
}

// Whatever an alert and a configuration say, a mail has the header that it is meant
// to have and no line more.
func FuzzHeader(f *testing.F) {
	f.Add("Jazan\r\nBcc: thief@evil.example\r\n\r\nHello", "pw\r\nBcc: a@b.example", "en\r\nX: y", "site\nBcc: a@b.example", "Watch <a@office.example>", "b@office.example", "rtl")
	f.Add("سازمان: بخش حذف شد", "pw_1", "fa", "a.example", "\"A\r\n B\" <a@office.example>", "=?utf-8?q?=0D=0ABcc:_x?= <b@office.example>", "ltr")
	f.Add("=?utf-8?q?a=0D=0ABcc:=20x@y.example?=", "\x00\x7f", "", "", "a@[127.0.0.1]", "دفتر@office.example", "")
	f.Add(strings.Repeat("x", 2000), strings.Repeat("y", 2000), "zz", strings.Repeat("z", 300), "a@office.example", "b@office.example", "rtl")
	known := map[string]bool{}
	for _, k := range strings.Fields("Auto-Submitted Content-Language Content-Type Date From List-Id Message-Id Mime-Version References Subject To X-Mailer") {
		known[k] = true
	}
	f.Fuzz(func(t *testing.T, subject, id, lang, site, from, to, dir string) {
		m := report.Message{ID: id, Subject: subject, Lang: lang, Dir: dir, Text: "text\n", HTML: "<p>html</p>\n", Event: record.Event{Site: site}}
		raw, err := mail.Compose(from, []string{to}, m)
		if err != nil {
			return // an address that is none
		}
		read, err := netmail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("no mail program could read this: %v\n%q", err, raw)
		}
		for key, values := range read.Header {
			if !known[key] || len(values) != 1 {
				t.Errorf("%s stands %d times: %q", key, len(values), values)
			}
		}
		for _, line := range strings.Split(string(raw), "\r\n") {
			if len(line) > 998 || strings.ContainsAny(line, "\r\n\x00") {
				t.Errorf("a line breaks RFC 5322: %q", line)
			}
		}
		if kind, _, err := mime.ParseMediaType(read.Header.Get("Content-Type")); err != nil || kind != "multipart/alternative" {
			t.Errorf("%q: %v", read.Header.Get("Content-Type"), err)
		}
	})
}
