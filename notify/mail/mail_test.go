package mail_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"go.uber.org/goleak"

	"policywatch/configs"
	"policywatch/notify/mail"
	"policywatch/notify/notifytest"
	"policywatch/notify/report"
	"policywatch/store/record"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const password = "گذرواژه-hunter2"

func message(t *testing.T, lang string) report.Message {
	t.Helper()
	books, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	ev := record.Event{
		Type: record.EventDroppedSection, At: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC), Site: "jazan.gov.example",
		Name: "أمانة جازان", URL: "https://jazan.gov.example/privacy", Lang: "ar", Dir: "rtl", From: 2, To: 3,
		Severity: record.SeverityCritical, Reason: "The section on retention is gone.",
		Change: &record.Change{
			Class: record.ClassSectionDropped, Severity: record.SeverityCritical, Dropped: []record.Topic{record.Retention},
			Edits: []record.Edit{{Op: record.EditDelete, Section: "الاحتفاظ", Before: "تحتفظ الأمانة بالبيانات سنة واحدة.\n.\r\nQUIT"}},
		},
	}
	m, err := report.New(books).Write(record.Alert{ID: "pw_0123456789abcdef", Channel: "office", Event: ev}, lang)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func options(s *server) mail.Options {
	return mail.Options{
		Host: "127.0.0.1", Port: s.Port, TLS: mail.None, From: "Policywatch <watch@office.example>",
		To: []string{"مسئول <officer@office.example>", "second@office.example"}, Timeout: 5 * time.Second, RootCAs: s.CA,
	}
}

func sender(t *testing.T, o mail.Options) *mail.Sender {
	t.Helper()
	s, err := mail.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

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

func TestDeliveredMailReadsAsWritten(t *testing.T) {
	for _, lang := range []string{"en", "fa", "ar"} {
		t.Run(lang, func(t *testing.T) {
			srv := serve(t, nil, false)
			m := message(t, lang)
			if retry, err := sender(t, options(srv)).Send(t.Context(), m); err != nil {
				t.Fatalf("retry %v: %v", retry, err)
			}
			got := srv.Mails()
			if len(got) != 1 {
				t.Fatalf("%d mails arrived, want 1", len(got))
			}
			if want := []string{"officer@office.example", "second@office.example"}; !slices.Equal(got[0].To, want) {
				t.Errorf("envelope to %q, want %q", got[0].To, want)
			}
			h, text, html := parts(t, got[0].Body)
			subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
			if err != nil || subject != m.Subject {
				t.Errorf("subject %q (%v), want %q", subject, err, m.Subject)
			}
			if text != m.Text {
				t.Errorf("text\n%q\nwant\n%q", text, m.Text)
			}
			if html != m.HTML {
				t.Error("the HTML part is not the message's")
			}
			for key, want := range map[string]string{
				"Message-Id": "<pw_0123456789abcdef@office.example>", "Auto-Submitted": "auto-generated", "Content-Language": lang,
				"Date": "Sat, 21 Nov 2026 09:30:00 +0000",
			} {
				if h.Get(key) != want {
					t.Errorf("%s: %q, want %q", key, h.Get(key), want)
				}
			}
			to, err := h.AddressList("To")
			if err != nil || len(to) != 2 || to[0].Name != "مسئول" {
				t.Errorf("To: %v, %v", to, err)
			}
		})
	}
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

func TestTLS(t *testing.T) {
	login := func(s *server) { s.User, s.Password = "watch", password }
	with := func(o mail.Options, kind mail.TLS) mail.Options {
		o.TLS, o.User, o.Password = kind, "watch", password
		return o
	}
	t.Run("starttls with login", func(t *testing.T) {
		srv := serve(t, login, false, withTLS(t))
		if _, err := sender(t, with(options(srv), mail.StartTLS)).Send(t.Context(), message(t, "fa")); err != nil {
			t.Fatal(err)
		}
		if got := srv.Mails(); len(got) != 1 || !got[0].TLS {
			t.Fatalf("mails: %d, protected: %v", len(got), len(got) > 0 && got[0].TLS)
		}
	})
	t.Run("implicit with login", func(t *testing.T) {
		srv := serve(t, login, true, withTLS(t))
		if _, err := sender(t, with(options(srv), mail.Implicit)).Send(t.Context(), message(t, "fa")); err != nil {
			t.Fatal(err)
		}
		if got := srv.Mails(); len(got) != 1 || !got[0].TLS {
			t.Fatalf("mails: %d", len(got))
		}
	})
	t.Run("LOGIN where PLAIN is not offered", func(t *testing.T) {
		srv := serve(t, func(s *server) { login(s); s.Mechanisms = []string{sasl.Login} }, false, withTLS(t))
		if _, err := sender(t, with(options(srv), mail.StartTLS)).Send(t.Context(), message(t, "fa")); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("no STARTTLS offered: nothing is said", func(t *testing.T) {
		srv := serve(t, login, false)
		retry, err := sender(t, with(options(srv), mail.StartTLS)).Send(t.Context(), message(t, "fa"))
		if err == nil || !retry {
			t.Fatalf("retry %v, err %v: want a failure that can be mended", retry, err)
		}
		if srv.auths > 0 || len(srv.Mails()) > 0 {
			t.Error("a password or mail went over a bare connection")
		}
	})
	t.Run("unknown authority", func(t *testing.T) {
		srv := serve(t, login, false, withTLS(t))
		o := with(options(srv), mail.StartTLS)
		o.RootCAs = nil
		if retry, err := sender(t, o).Send(t.Context(), message(t, "fa")); err == nil || !retry || srv.auths > 0 {
			t.Fatalf("retry %v, err %v, logins %d", retry, err, srv.auths)
		}
	})
	t.Run("password in the clear", func(t *testing.T) {
		_, err := mail.New(mail.Options{Host: "mail.example", TLS: mail.None, User: "u", Password: password, From: "a@b.example", To: []string{"c@d.example"}})
		if err == nil {
			t.Fatal("a password would go in the clear to another machine")
		}
		notifytest.NoSecret(t, []string{password}, err)
		srv := serve(t, login, false)
		if _, err := sender(t, with(options(srv), mail.None)).Send(t.Context(), message(t, "fa")); err != nil {
			t.Fatalf("loopback: %v", err)
		}
	})
	t.Run("STARTTLS is the default", func(t *testing.T) {
		s := sender(t, mail.Options{Host: "mail.example", From: "a@b.example", To: []string{"c@d.example"}})
		if got := s; !strings.Contains(strings.ToLower(fmt.Sprint(got)), "587 (starttls)") {
			t.Errorf("%v", got)
		}
	})
}

func TestServersAnswers(t *testing.T) {
	reply := func(code int, text string) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: text}
	}
	for _, c := range []struct {
		name      string
		configure func(*server)
		retry     bool
		tells     string
	}{
		{"451 to sender", func(s *server) { s.OnMail = func(string) error { return reply(451, "greylisted") } }, true, "451"},
		{"550 to sender", func(s *server) { s.OnMail = func(string) error { return reply(550, "unknown sender") } }, false, `550 "unknown sender"`},
		{"450 to all recipients", func(s *server) { s.OnRcpt = func(string) error { return reply(450, "mailbox busy") } }, true, "mailbox busy"},
		{"550 to all recipients", func(s *server) { s.OnRcpt = func(string) error { return reply(550, "no such user") } }, false, "officer@office.example"},
		{"452 to the message", func(s *server) { s.OnData = func() error { return reply(452, "disk full") } }, true, "disk full"},
		{"554 to the message", func(s *server) { s.OnData = func() error { return reply(554, "spam") } }, false, `554 "spam"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := serve(t, c.configure, false)
			retry, err := sender(t, options(srv)).Send(t.Context(), message(t, "fa"))
			if err == nil || retry != c.retry || !strings.Contains(err.Error(), c.tells) {
				t.Errorf("retry %v, err %v; want retry %v and %q", retry, err, c.retry, c.tells)
			}
			if len(srv.Mails()) > 0 {
				t.Error("a mail arrived all the same")
			}
			if accepted(err) {
				t.Error("the error says that the mail was delivered")
			}
		})
	}
}

func TestBusyThenFine(t *testing.T) {
	busy := true
	srv := serve(t, func(s *server) {
		s.OnMail = func(string) error {
			if busy {
				busy = false
				return &smtp.SMTPError{Code: 451, Message: "later"}
			}
			return nil
		}
	}, false)
	s := sender(t, options(srv))
	if retry, err := s.Send(t.Context(), message(t, "fa")); err == nil || !retry {
		t.Fatalf("retry %v, err %v", retry, err)
	}
	if _, err := s.Send(t.Context(), message(t, "fa")); err != nil {
		t.Fatal(err)
	}
	if n := len(srv.Mails()); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
}

// N1, among the recipients of one channel.
func TestOneRefusedRecipientHoldsUpNoOther(t *testing.T) {
	srv := serve(t, func(s *server) {
		s.OnRcpt = func(to string) error {
			if strings.HasPrefix(to, "officer@") {
				return &smtp.SMTPError{Code: 550, Message: "has left"}
			}
			return nil
		}
	}, false)
	retry, err := sender(t, options(srv)).Send(t.Context(), message(t, "fa"))
	if retry || err == nil || !accepted(err) || !strings.Contains(err.Error(), "has left") {
		t.Errorf("retry %v, err %v: want delivered, with a remark", retry, err)
	}
	if got := srv.Mails(); len(got) != 1 || !slices.Equal(got[0].To, []string{"second@office.example"}) {
		t.Errorf("mails: %v", got)
	}
}

func TestRecipientPutOffIsTriedAlone(t *testing.T) {
	grey := true
	srv := serve(t, func(s *server) {
		s.OnRcpt = func(to string) error {
			if grey && strings.HasPrefix(to, "officer@") {
				return &smtp.SMTPError{Code: 451, Message: "greylisted"}
			}
			return nil
		}
	}, false)
	s, m := sender(t, options(srv)), message(t, "fa")
	if retry, err := s.Send(t.Context(), m); !retry || err == nil || accepted(err) {
		t.Fatalf("retry %v, err %v", retry, err)
	}
	grey = false
	if _, err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	var to []string
	for _, r := range srv.Mails() {
		to = append(to, r.To...)
	}
	if want := []string{"second@office.example", "officer@office.example"}; !slices.Equal(to, want) {
		t.Errorf("delivered to %q, want each once: %q", to, want)
	}
}

func TestUnreachableAndSilentServers(t *testing.T) { // N5
	t.Run("refused", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		l.Close()
		retry, err := sender(t, options(&server{Port: port})).Send(t.Context(), message(t, "fa"))
		if err == nil || !retry || !strings.Contains(err.Error(), "connect to") {
			t.Errorf("retry %v, err %v", retry, err)
		}
	})
	// talker accepts connections and hands them to f.
	talker := func(t *testing.T, f func(net.Conn)) int {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				f(c)
				c.Close()
			}
		}()
		t.Cleanup(func() { l.Close(); <-done })
		return l.Addr().(*net.TCPAddr).Port
	}
	t.Run("hangs", func(t *testing.T) {
		port := talker(t, func(c net.Conn) { io.Copy(io.Discard, c) })
		o := options(&server{Port: port})
		o.Timeout = 50 * time.Millisecond
		retry, err := sender(t, o).Send(t.Context(), message(t, "fa"))
		if err == nil || !retry {
			t.Errorf("retry %v, err %v", retry, err)
		}
	})
	t.Run("context ends", func(t *testing.T) {
		greeted := make(chan struct{})
		port := talker(t, func(c net.Conn) {
			io.WriteString(c, "220 hello\r\n")
			close(greeted)
			io.Copy(io.Discard, c)
		})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-greeted; cancel() }()
		if retry, err := sender(t, options(&server{Port: port})).Send(ctx, message(t, "fa")); err == nil || !retry {
			t.Errorf("retry %v, err %v", retry, err)
		}
	})
	t.Run("talks without end", func(t *testing.T) {
		port := talker(t, func(c net.Conn) {
			for {
				if _, err := io.WriteString(c, "220-"+strings.Repeat("x", 1000)+"\r\n"); err != nil {
					return
				}
			}
		})
		retry, err := sender(t, options(&server{Port: port})).Send(t.Context(), message(t, "fa"))
		if err == nil || !retry || len(err.Error()) > 1000 {
			t.Errorf("retry %v, err %v", retry, err)
		}
	})
	t.Run("not SMTP", func(t *testing.T) {
		port := talker(t, func(c net.Conn) { io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n\x1b[2J") })
		retry, err := sender(t, options(&server{Port: port})).Send(t.Context(), message(t, "fa"))
		if err == nil || !retry || strings.ContainsAny(err.Error(), "\r\n\x1b") {
			t.Errorf("retry %v, err %q", retry, err)
		}
	})
}

func TestPasswordNeverShows(t *testing.T) {
	srv := serve(t, func(s *server) { s.User, s.Password = "watch", "another" }, false, withTLS(t))
	o := options(srv)
	o.TLS, o.User, o.Password = mail.StartTLS, "watch", password
	s := sender(t, o)
	retry, err := s.Send(t.Context(), message(t, "fa"))
	if err == nil || !retry {
		t.Fatalf("retry %v, err %v: a wrong password can be mended while the mail waits", retry, err)
	}
	if !strings.Contains(err.Error(), "<secret>") {
		t.Errorf("the server repeats the password; want it masked: %v", err)
	}
	notifytest.NoSecret(t, []string{password, "\x00watch\x00" + password}, err, s, o, &o)
}

func TestUTF8ExtensionOnlyWhereNeeded(t *testing.T) {
	srv := serve(t, nil, false)
	if _, err := sender(t, options(srv)).Send(t.Context(), message(t, "fa")); err != nil || srv.utf8 {
		t.Errorf("err %v, SMTPUTF8 asked for: %v", err, srv.utf8)
	}
	o := options(srv)
	o.To = []string{"دفتر@office.example"}
	if _, err := sender(t, o).Send(t.Context(), message(t, "fa")); err != nil || !srv.utf8 {
		t.Errorf("err %v, SMTPUTF8 asked for: %v", err, srv.utf8)
	}
}

func TestBadOptions(t *testing.T) {
	good := mail.Options{Host: "mail.example", From: "a@b.example", To: []string{"c@d.example"}}
	for name, spoil := range map[string]func(*mail.Options){
		"no host":       func(o *mail.Options) { o.Host = "" },
		"unknown tls":   func(o *mail.Options) { o.TLS = "ssl" },
		"no recipients": func(o *mail.Options) { o.To = nil },
		"port":          func(o *mail.Options) { o.Port = 70000 },
	} {
		o := good
		spoil(&o)
		if _, err := mail.New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func accepted(err error) bool {
	var a interface{ Accepted() bool }
	return errors.As(err, &a) && a.Accepted()
}
