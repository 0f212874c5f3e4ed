package webhook_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"policywatch/notify/notifytest"
	"policywatch/notify/report"
	"policywatch/notify/trace"
	"policywatch/notify/webhook"
)

func TestMain(m *testing.M) { notifytest.Main(m) }

var (
	now     = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	message = report.Message{ID: "pw_0123456789abcdef", JSON: []byte(`{"type":"statement.changed","data":{"name":"أمانة جازان"}}`)}
)

// verify is a receiver's check, written from the specification alone.
func verify(h http.Header, body, key []byte, now time.Time) error {
	id, stamp := h.Get("webhook-id"), h.Get("webhook-timestamp")
	if id == "" || stamp == "" || strings.Contains(id, ".") {
		return errors.New("no id or timestamp")
	}
	var seconds int64
	for _, c := range stamp {
		if c < '0' || c > '9' {
			return errors.New("timestamp is not a number")
		}
		seconds = seconds*10 + int64(c-'0')
	}
	if d := now.Unix() - seconds; d > 300 || d < -300 {
		return errors.New("timestamp is not of now")
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + stamp + "." + string(body)))
	want := mac.Sum(nil)
	for _, versioned := range strings.Split(h.Get("webhook-signature"), " ") {
		version, signature, _ := strings.Cut(versioned, ",")
		got, err := base64.StdEncoding.DecodeString(signature)
		if version == "v1" && err == nil && hmac.Equal(got, want) {
			return nil
		}
	}
	return errors.New("no signature matches")
}

// receiver answers with handler and hands out the client to reach it by.
func receiver(t *testing.T, handler http.HandlerFunc) (string, *http.Client) {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(func() { srv.Client().CloseIdleConnections(); srv.Close() })
	return srv.URL, srv.Client()
}

func sender(t *testing.T, o webhook.Options) *webhook.Sender {
	t.Helper()
	if o.Clock == nil {
		o.Clock = func() time.Time { return now }
	}
	s, err := webhook.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReceiverCanVerify(t *testing.T) {
	raw := []byte("a key of twenty-four byt")
	for name, secret := range map[string]string{
		"whsec_":            "whsec_" + base64.StdEncoding.EncodeToString(raw),
		"whsec_, unpadded":  "whsec_" + base64.RawStdEncoding.EncodeToString(raw),
		"bytes as they are": string(raw),
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			var verdict error = errors.New("nothing arrived")
			url, client := receiver(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				mu.Lock()
				defer mu.Unlock()
				verdict = verify(r.Header, body, raw, now)
				if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || !json.Valid(body) || !bytes.Equal(body, message.JSON) {
					t.Errorf("%s %s: %s", r.Method, r.Header.Get("Content-Type"), body)
				}
				if err := verify(r.Header, append(body, ' '), raw, now); err == nil {
					t.Error("an altered body passes")
				}
				w.WriteHeader(http.StatusNoContent)
			})
			if retry, err := sender(t, webhook.Options{URL: url, Secret: secret, Client: client}).Send(t.Context(), message); err != nil {
				t.Fatalf("retry %v: %v", retry, err)
			}
			mu.Lock()
			defer mu.Unlock()
			if verdict != nil {
				t.Error(verdict)
			}
		})
	}
}

// The example of the specification's own documentation.
func TestSignKnownAnswer(t *testing.T) {
	key, _ := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	got := webhook.Sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestRepeatedDeliveryKeepsItsID(t *testing.T) {
	var ids, stamps []string
	url, client := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		ids, stamps = append(ids, r.Header.Get("webhook-id")), append(stamps, r.Header.Get("webhook-timestamp"))
	})
	clock := now
	s := sender(t, webhook.Options{URL: url, Client: client, Clock: func() time.Time { return clock }})
	for range 2 {
		if _, err := s.Send(t.Context(), message); err != nil {
			t.Fatal(err)
		}
		clock = clock.Add(time.Hour)
	}
	if ids[0] != message.ID || ids[1] != ids[0] || stamps[0] == stamps[1] {
		t.Errorf("ids %q, timestamps %q: want one id, and the time of each attempt", ids, stamps)
	}
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		code  int
		after string
		fine  bool
		retry bool
		wait  time.Duration
	}{
		{code: 200, fine: true}, {code: 202, fine: true}, {code: 204, fine: true},
		{code: 301, retry: true}, {code: 302, retry: true}, {code: 307, retry: true},
		{code: 400}, {code: 401}, {code: 403}, {code: 404}, {code: 405}, {code: 410}, {code: 413}, {code: 422},
		{code: 408, retry: true},
		{code: 429, retry: true, wait: time.Minute},
		{code: 429, after: "120", retry: true, wait: 2 * time.Minute},
		{code: 500, retry: true}, {code: 502, retry: true}, {code: 504, retry: true},
		{code: 503, after: now.Add(time.Hour).Format(http.TimeFormat), retry: true, wait: time.Hour},
		{code: 503, after: now.Add(-time.Hour).Format(http.TimeFormat), retry: true},
		{code: 503, after: "-5", retry: true},
		{code: 503, after: "99999999999", retry: true, wait: 365 * 24 * time.Hour},
		{code: 503, after: "soon", retry: true},
		{code: 404, after: "60"},
	} {
		t.Run(http.StatusText(c.code)+c.after, func(t *testing.T) {
			calls := 0
			url, client := receiver(t, func(w http.ResponseWriter, r *http.Request) {
				calls++
				if c.after != "" {
					w.Header().Set("Retry-After", c.after)
				}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(c.code)
			})
			retry, err := sender(t, webhook.Options{URL: url, Client: client}).Send(t.Context(), message)
			if (err == nil) != c.fine || retry != c.retry {
				t.Errorf("retry %v, err %v", retry, err)
			}
			if calls != 1 {
				t.Errorf("%d requests: a redirect was followed", calls)
			}
			var asked interface{ RetryAfter() time.Duration }
			if err != nil && (!errors.As(err, &asked) || asked.RetryAfter() != c.wait) {
				t.Errorf("wait %v, want %v", asked.RetryAfter(), c.wait)
			}
		})
	}
}

func TestHostileAnswers(t *testing.T) {
	t.Run("without end", func(t *testing.T) {
		url, client := receiver(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(500)
			for {
				if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
					return
				}
			}
		})
		retry, err := sender(t, webhook.Options{URL: url, Client: client}).Send(t.Context(), message)
		if err == nil || !retry || len(err.Error()) > 1000 {
			t.Errorf("retry %v, err of %d bytes", retry, len(err.Error()))
		}
	})
	t.Run("control characters", func(t *testing.T) {
		url, client := receiver(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			io.WriteString(w, "bad\x1b[2J\r\nthing\xff")
		})
		_, err := sender(t, webhook.Options{URL: url, Client: client}).Send(t.Context(), message)
		if err == nil || strings.ContainsAny(err.Error(), "\x1b\r\n\xff") || !strings.Contains(err.Error(), "bad") {
			t.Errorf("%q", err)
		}
	})
	t.Run("hangs", func(t *testing.T) {
		url, client := receiver(t, func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body) // lets the server see the caller go
			<-r.Context().Done()
		})
		retry, err := sender(t, webhook.Options{URL: url, Client: client, Timeout: 50 * time.Millisecond}).Send(t.Context(), message)
		if err == nil || !retry {
			t.Errorf("retry %v, err %v", retry, err)
		}
	})
	t.Run("breaks off", func(t *testing.T) {
		url, client := receiver(t, func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
		retry, err := sender(t, webhook.Options{URL: url, Client: client}).Send(t.Context(), message)
		if err == nil || !retry {
			t.Errorf("retry %v, err %v", retry, err)
		}
	})
}

func TestSecretsNeverShow(t *testing.T) {
	key := "a key of twenty-four byt"
	secret := "whsec_" + base64.StdEncoding.EncodeToString([]byte(key))
	path := "/services/T0000/B0000/token-in-the-path"
	answer := func(url string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			io.WriteString(w, "no such hook: "+r.URL.RequestURI()+" "+secret+" "+url)
		}
	}
	url, client := receiver(t, answer(path))
	o := webhook.Options{URL: strings.Replace(url, "http://", "http://user:swordfish@", 1) + path + "?token=opensesame", Secret: secret, Client: client}
	s := sender(t, o)
	_, refused := s.Send(t.Context(), message)
	o.URL = "http://user:swordfish@127.0.0.1:1" + path + "?token=opensesame"
	_, unreachable := sender(t, o).Send(t.Context(), message)
	_, bad := webhook.New(webhook.Options{URL: o.URL, Secret: "whsec_!!swordfish!!"})
	_, scheme := webhook.New(webhook.Options{URL: "gopher://user:swordfish@host" + path, Secret: secret})
	for _, err := range []error{refused, unreachable, bad, scheme} {
		if err == nil {
			t.Fatal("no error")
		}
	}
	notifytest.NoSecret(t, []string{secret, key, path, "swordfish", "opensesame"}, refused, unreachable, bad, scheme, s, o, &o)
	if !strings.Contains(unreachable.Error(), "127.0.0.1:1") {
		t.Errorf("an operator could not tell which receiver it was: %v", unreachable)
	}
}

func TestContextEnds(t *testing.T) {
	url, client := receiver(t, func(w http.ResponseWriter, r *http.Request) { t.Error("asked all the same") })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if retry, err := sender(t, webhook.Options{URL: url, Client: client}).Send(ctx, message); err == nil || !retry {
		t.Errorf("retry %v, err %v", retry, err)
	}
}

// The guard of addresses sits in the client that is handed in.
func TestGivenClientIsUsedAndLeftAlone(t *testing.T) {
	refused := errors.New("the address is not a public one")
	client := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, refused })}
	retry, err := sender(t, webhook.Options{URL: "https://hooks.example/x", Client: client}).Send(t.Context(), message)
	if err == nil || !retry || !strings.Contains(err.Error(), refused.Error()) {
		t.Errorf("retry %v, err %v", retry, err)
	}
	if client.CheckRedirect != nil {
		t.Error("somebody else's client was changed")
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// While keys change over, a receiver verifies by the old one or by the new one.
func TestRotation(t *testing.T) {
	var header http.Header
	var body []byte
	url, client := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		body, _ = io.ReadAll(r.Body)
	})
	if _, err := sender(t, webhook.Options{URL: url, Secret: "the new key", Previous: "the old key", Client: client}).Send(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"the new key", "the old key"} {
		if err := verify(header, body, []byte(key), now); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	if verify(header, body, []byte("another key"), now) == nil {
		t.Error("any key verifies")
	}
}

// The steps of a delivery are told to who watches, and show no secret.
func TestSteps(t *testing.T) {
	url, client := receiver(t, func(w http.ResponseWriter, r *http.Request) {})
	var steps []string
	ctx := trace.With(t.Context(), func(s string) { steps = append(steps, s) })
	if _, err := sender(t, webhook.Options{URL: url + "/hook/0123456789abcdef", Secret: "opensesame", Client: client}).Send(ctx, message); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(steps, "\n")
	for _, want := range []string{"signed", "connected to 127.0.0.1:", "the message is sent", "answers 200 OK"} {
		if !strings.Contains(all, want) {
			t.Errorf("no step %q in\n%s", want, all)
		}
	}
	notifytest.NoSecret(t, []string{"0123456789abcdef", "opensesame"}, all)
}
