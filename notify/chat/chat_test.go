package chat_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"policywatch/notify/chat"
	"policywatch/notify/notifytest"
	"policywatch/notify/report"
)

var message = report.Message{ID: "pw_1", Subject: "s", Short: "\u200fسازمان: بخش «نگهداری» حذف شد\nhttps://a.example/privacy?a=1&b=2\n"}

// service answers every post and keeps the last.
func service(t *testing.T, code int, header http.Header, answer string) (url string, client *http.Client, last func() (path string, body map[string]any)) {
	t.Helper()
	var path string
	var body map[string]any
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, body = r.URL.Path, nil
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Method != http.MethodPost {
			t.Errorf("%s: %v", r.Method, err)
		}
		for k, v := range header {
			w.Header()[k] = v
		}
		w.WriteHeader(code)
		io.WriteString(w, answer)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, srv.Client(), func() (string, map[string]any) { return path, body }
}

func sender(t *testing.T, o chat.Options) *chat.Sender {
	t.Helper()
	s, err := chat.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRoom(t *testing.T) {
	url, client, last := service(t, 200, nil, "ok")
	s := sender(t, chat.Options{URL: url + "/services/T0/B0/x", Client: client})
	if retry, err := s.Send(t.Context(), message); err != nil {
		t.Fatalf("retry %t: %v", retry, err)
	}
	path, body := last()
	want := "\u200fسازمان: بخش «نگهداری» حذف شد\nhttps://a.example/privacy?a=1&amp;b=2"
	if path != "/services/T0/B0/x" || len(body) != 1 || body["text"] != want {
		t.Errorf("%s %q", path, body)
	}
}

// What a statement says calls nobody and hides no address.
func TestHostileWords(t *testing.T) {
	url, client, last := service(t, 200, nil, "ok")
	m := message
	m.Short = "<!channel> <https://evil.example|https://good.example> @all @channel & more"
	if _, err := sender(t, chat.Options{URL: url, Client: client}).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	_, body := last()
	if text := fmt.Sprint(body["text"]); strings.ContainsAny(text, "<>") || strings.Contains(text, "@all") || strings.Contains(text, "@channel") {
		t.Errorf("%q", text)
	}
}

func TestBot(t *testing.T) {
	for _, address := range []string{"/bot123:token", "/bot123:token/", "/bot123:token/sendMessage"} {
		url, client, last := service(t, 200, nil, `{"ok":true,"result":{}}`)
		if _, err := sender(t, chat.Options{URL: url + address, ChatID: "@watch", Client: client}).Send(t.Context(), message); err != nil {
			t.Fatal(err)
		}
		path, body := last()
		if path != "/bot123:token/sendMessage" || body["chat_id"] != "@watch" || body["text"] != strings.TrimSpace(message.Short) {
			t.Errorf("%s %q", path, body)
		}
	}
	if _, err := chat.New(chat.Options{URL: "https://chat.example/hooks/1", ChatID: "1"}); err == nil {
		t.Error("an address that is no bot's was taken")
	}
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name   string
		bot    bool
		code   int
		header http.Header
		answer string
		fine   bool
		retry  bool
		wait   time.Duration
		says   string
	}{
		{name: "room: limited", code: 429, header: http.Header{"Retry-After": {"30"}}, answer: "rate_limited", retry: true, wait: 30 * time.Second},
		{name: "room: gone", code: 410, says: "410"},
		{name: "room: no such", code: 404, answer: "no_service", says: "no_service"},
		{name: "room: broken", code: 502, retry: true},
		{name: "room: says no under 200", code: 200, answer: `{"success":false,"error":"room archived"}`, says: "room archived"},
		{name: "room: limited under 200", code: 200, answer: `{"ok":false,"error":"ratelimited"}`, retry: true},
		{name: "room: says yes", code: 200, answer: `{"ok":true}`, fine: true},
		{name: "bot: limited", bot: true, code: 429, answer: `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 17","parameters":{"retry_after":17}}`,
			retry: true, wait: 17 * time.Second, says: "Too Many Requests"},
		{name: "bot: limited without a time", bot: true, code: 429, answer: `{"ok":false,"error_code":429,"description":"slow"}`, retry: true, wait: time.Minute},
		{name: "bot: not in the room", bot: true, code: 403, answer: `{"ok":false,"error_code":403,"description":"Forbidden: bot was kicked"}`, says: "bot was kicked"},
		{name: "bot: no such room", bot: true, code: 400, answer: `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`, says: "chat not found"},
		{name: "bot: the room moved", bot: true, code: 400, answer: `{"ok":false,"error_code":400,"description":"group upgraded","parameters":{"migrate_to_chat_id":-100200}}`, says: `chat_id: "-100200"`},
		{name: "bot: says no under 200", bot: true, code: 200, answer: `{"ok":false,"error_code":400,"description":"no"}`, says: "no"},
		{name: "bot: broken", bot: true, code: 500, answer: `{"ok":false,"error_code":500,"description":"Internal"}`, retry: true},
		{name: "bot: a proxy's page", bot: true, code: 200, answer: "<html>sign in", retry: true},
		{name: "bot: a proxy's error", bot: true, code: 503, answer: "<html>", retry: true},
		{name: "bot: a proxy that refuses", bot: true, code: 404, answer: "<html>"},
		{name: "bot: absurd wait", bot: true, code: 429, answer: `{"ok":false,"parameters":{"retry_after":9999999999}}`, retry: true, wait: 365 * 24 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, client, _ := service(t, c.code, c.header, c.answer)
			o := chat.Options{URL: url + "/hooks/abc", Client: client}
			if c.bot {
				o.URL, o.ChatID = url+"/bot123:token", "1"
			}
			retry, err := sender(t, o).Send(t.Context(), message)
			if (err == nil) != c.fine || retry != c.retry {
				t.Fatalf("retry %t, %v", retry, err)
			}
			if c.fine {
				return
			}
			var asked interface{ RetryAfter() time.Duration }
			if !errors.As(err, &asked) || asked.RetryAfter() != c.wait || !strings.Contains(err.Error(), c.says) {
				t.Errorf("wait %v, %v", asked.RetryAfter(), err)
			}
		})
	}
}

// N8: the strictest service counts UTF-16 units.
func TestLongMessage(t *testing.T) {
	url, client, last := service(t, 200, nil, `{"ok":true}`)
	m := message
	m.Short = strings.Repeat("😀", 4000)
	if _, err := sender(t, chat.Options{URL: url + "/bot1:x", ChatID: "1", Client: client}).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	_, body := last()
	text := body["text"].(string)
	if n := len(utf16.Encode([]rune(text))); n > 4096 || !strings.HasSuffix(text, "😀…") {
		t.Errorf("%d units", n)
	}
}

func TestSecretsNeverShow(t *testing.T) {
	token := "/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
	half := "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
	url, client, _ := service(t, 404, nil, `{"ok":false,"error_code":404,"description":"Not Found: `+token+`/sendMessage, bot110201543:`+half+` `+half+`"}`)
	o := chat.Options{URL: url + token, ChatID: "1", Client: client}
	s := sender(t, o)
	_, refused := s.Send(t.Context(), message)
	o.URL = "http://127.0.0.1:1" + token
	_, unreachable := sender(t, o).Send(t.Context(), message)
	roomPath := "/services/T00000000/B00000000/abcdefghijklmnopqrstuvwx"
	url, client, _ = service(t, 403, nil, strings.Repeat("x", 190)+roomPath)
	_, room := sender(t, chat.Options{URL: url + roomPath, Client: client}).Send(t.Context(), message)
	_, bad := chat.New(chat.Options{URL: "gopher://a" + token, ChatID: ""})
	for _, err := range []error{refused, unreachable, room, bad} {
		if err == nil {
			t.Fatal("no error")
		}
	}
	notifytest.NoSecret(t, []string{token, half, roomPath, roomPath[:20], "ijklmnop"}, refused, unreachable, room, bad, s, o, &o)
	if !strings.Contains(unreachable.Error(), "127.0.0.1:1") {
		t.Errorf("an operator could not tell which service it was: %v", unreachable)
	}
}
