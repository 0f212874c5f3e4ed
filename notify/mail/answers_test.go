package mail_test

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

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

func accepted(err error) bool {
	var a interface{ Accepted() bool }
	return errors.As(err, &a) && a.Accepted()
}
