package mail_test

import (
	"fmt"
	"mime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"

	"policywatch/configs"
	"policywatch/notify/mail"
	"policywatch/notify/notifytest"
	"policywatch/notify/report"
	"policywatch/notify/trace"
	"policywatch/store/record"
)

func TestMain(m *testing.M) { notifytest.Main(m) }

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
		To: []string{"مسئول <officer@office.example>", "second@office.example"}, Timeout: time.Minute, RootCAs: s.CA,
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
		if srv.logins() > 0 || len(srv.Mails()) > 0 {
			t.Error("a password or mail went over a bare connection")
		}
	})
	t.Run("unknown authority", func(t *testing.T) {
		srv := serve(t, login, false, withTLS(t))
		o := with(options(srv), mail.StartTLS)
		o.RootCAs = nil
		if retry, err := sender(t, o).Send(t.Context(), message(t, "fa")); err == nil || !retry || srv.logins() > 0 {
			t.Fatalf("retry %v, err %v, logins %d", retry, err, srv.logins())
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
	if _, err := sender(t, options(srv)).Send(t.Context(), message(t, "fa")); err != nil || srv.askedForUTF8() {
		t.Errorf("err %v, SMTPUTF8 asked for: %v", err, srv.askedForUTF8())
	}
	o := options(srv)
	o.To = []string{"دفتر@office.example"}
	if _, err := sender(t, o).Send(t.Context(), message(t, "fa")); err != nil || !srv.askedForUTF8() {
		t.Errorf("err %v, SMTPUTF8 asked for: %v", err, srv.askedForUTF8())
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

// Who watches a delivery sees how far it got, and no password.
func TestSteps(t *testing.T) {
	watch := func(s *mail.Sender) (string, error) {
		var mu sync.Mutex
		var steps []string
		_, err := s.Send(trace.With(t.Context(), func(step string) {
			mu.Lock()
			defer mu.Unlock()
			steps = append(steps, step)
		}), message(t, "fa"))
		notifytest.NoSecret(t, []string{password}, strings.Join(steps, "\n"))
		return strings.Join(steps, "\n"), err
	}
	for _, kind := range []mail.TLS{mail.StartTLS, mail.Implicit, mail.None} {
		srv := serve(t, func(s *server) { s.User, s.Password = "watch", password }, kind == mail.Implicit, withTLS(t))
		o := options(srv)
		o.TLS, o.User, o.Password = kind, "watch", password
		steps, err := watch(sender(t, o))
		if err != nil {
			t.Fatal(err)
		}
		protection := "protected by TLS 1.3, certificate valid until 20"
		if kind == mail.None {
			protection = "not protected"
		}
		for _, want := range []string{"connected to 127.0.0.1:", protection, "logged in as watch", "takes mail for officer@office.example", "has taken the message"} {
			if !strings.Contains(steps, want) {
				t.Errorf("%s: no step %q in\n%s", kind, want, steps)
			}
		}
	}
	srv := serve(t, func(s *server) { s.User, s.Password = "watch", "another" }, false, withTLS(t))
	o := options(srv)
	o.TLS, o.User, o.Password = mail.StartTLS, "watch", password
	steps, err := watch(sender(t, o))
	if err == nil || !strings.Contains(steps, "protected by") || strings.Contains(steps, "logged in") {
		t.Errorf("%v after\n%s", err, steps)
	}
}
