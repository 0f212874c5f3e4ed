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
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Method != http.MethodPost && r.Method != http.MethodPut {
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
		name    string
		bot     bool
		service chat.Service
		code    int
		header  http.Header
		answer  string
		fine    bool
		retry   bool
		wait    time.Duration
		says    string
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
		{name: "teams: too large under 200", service: chat.Teams, code: 200, answer: "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413 with ContextId tcid=0", says: "413"},
		{name: "teams: limited under 200", service: chat.Teams, code: 200, answer: "Microsoft Teams endpoint returned HTTP error 429 with ContextId", retry: true, wait: time.Minute},
		{name: "teams: connector says yes", service: chat.Teams, code: 200, answer: "1", fine: true},
		{name: "teams: workflow says yes", service: chat.Teams, code: 202, fine: true},
		{name: "teams: workflow is off", service: chat.Teams, code: 404, answer: `{"error":{"code":"WorkflowNotFound"}}`, says: "WorkflowNotFound"},
		{name: "matrix: limited", service: chat.Matrix, code: 429, answer: `{"errcode":"M_LIMIT_EXCEEDED","error":"Too many requests","retry_after_ms":2500}`, retry: true, wait: 3 * time.Second, says: "M_LIMIT_EXCEEDED"},
		{name: "matrix: not in the room", service: chat.Matrix, code: 403, answer: `{"errcode":"M_FORBIDDEN","error":"not in room"}`, says: "not in room"},
		{name: "matrix: token is over", service: chat.Matrix, code: 401, answer: `{"errcode":"M_UNKNOWN_TOKEN","error":"Access token has expired"}`, retry: true, says: "new access token"},
		{name: "matrix: not a server", service: chat.Matrix, code: 200, answer: "<html>", retry: true, says: "Matrix server"},
		{name: "matrix: broken", service: chat.Matrix, code: 502, answer: "<html>", retry: true},
		{name: "bot: absurd wait", bot: true, code: 429, answer: `{"ok":false,"parameters":{"retry_after":9999999999}}`, retry: true, wait: 365 * 24 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, client, _ := service(t, c.code, c.header, c.answer)
			o := chat.Options{URL: url + "/hooks/abc", Client: client}
			if c.bot {
				o.URL, o.ChatID = url+"/bot123:token", "1"
			}
			if o.Service = c.service; c.service == chat.Matrix {
				o.ChatID, o.Token = "!1:x", "a-token-of-matrix"
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
	if n := len(utf16.Encode([]rune(text))); n > 4096 || n < 4000 || !strings.HasSuffix(text, "😀 …") {
		t.Errorf("%d units", n)
	}
}

// A long message ends where a sentence does, whatever its script, and closes the
// isolates that it opened.
func TestCutAtASentence(t *testing.T) { // N8
	url, client, last := service(t, 200, nil, `{"ok":true}`)
	s := sender(t, chat.Options{URL: url + "/bot1:x", ChatID: "1", Client: client})
	for _, sentence := range []string{"The period grew to 18 months. ", "مدت نگهداری به هجده ماه رسید؟ ", "هل زادت مدة الاحتفاظ؟ ", "\u2067بخش حذف شد. ", "line\n"} {
		m := message
		m.Short = strings.Repeat(sentence, 4096/len([]rune(sentence))+5)
		if _, err := s.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		_, body := last()
		text := body["text"].(string)
		whole := strings.TrimRight(strings.TrimSuffix(text, " …"), "\u2069")
		if n := len(utf16.Encode([]rune(text))); n > 4096 || n < 4000 || !strings.HasSuffix(whole, strings.TrimSpace(sentence)[len(strings.TrimSpace(sentence))-4:]) {
			t.Errorf("%d units: …%q", n, text[len(text)-60:])
		}
	}
	m := message
	m.Short = strings.Repeat("word ", 600) + "\u2067" + strings.Repeat("کلمه ", 900) + "\u2069"
	if _, err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	_, body := last()
	text := body["text"].(string)
	if strings.Count(text, "\u2067") != strings.Count(text, "\u2069") || !strings.HasSuffix(text, "کلمه\u2069 …") {
		t.Errorf("…%q", text[len(text)-60:])
	}
}

func TestTeams(t *testing.T) {
	url, client, last := service(t, 202, nil, "")
	m := message
	m.Dir, m.Short = "rtl", "سازمان: بخش «نگهداری» حذف شد\n[click](https://evil.example) <at>all</at> {{DATE()}}\nhttps://a.example/privacy_policy?a=1&b=2\n"
	if _, err := sender(t, chat.Options{Service: chat.Teams, URL: url + "/workflows/0/triggers/manual/paths/invoke?sig=0123456789", Client: client}).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	path, body := last()
	b, _ := json.Marshal(body)
	var got struct {
		Type        string
		Attachments []struct {
			ContentType string
			Content     struct {
				Type, Version string
				RTL           bool
				Body          []struct {
					Type, Text string
					Wrap       bool
				}
			}
		}
	}
	if err := json.Unmarshal(b, &got); err != nil || len(got.Attachments) != 1 {
		t.Fatalf("%v: %s", err, b)
	}
	card := got.Attachments[0].Content
	if path != "/workflows/0/triggers/manual/paths/invoke" || got.Type != "message" || got.Attachments[0].ContentType != "application/vnd.microsoft.card.adaptive" ||
		card.Type != "AdaptiveCard" || !card.RTL || len(card.Body) != 3 || !card.Body[0].Wrap {
		t.Fatalf("%s %s", path, b)
	}
	if text := card.Body[1].Text; strings.Contains(text, "](") || strings.Contains(text, "<at>") || strings.Contains(text, "{{") {
		t.Errorf("a statement's words are markup: %q", text)
	}
	if text := card.Body[2].Text; text != "https://a.example/privacy_policy?a=1&b=2" && text != "[https://a.example/privacy_policy?a=1&b=2](https://a.example/privacy_policy?a=1&b=2)" {
		t.Errorf("the address is not whole: %q", text)
	}
	m.Short = strings.Repeat("x\n", 5000)
	if _, err := sender(t, chat.Options{Service: chat.Teams, URL: url, Client: client}).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if _, body := last(); len(fmt.Sprint(body)) > 28_000 {
		t.Errorf("%d letters: Teams takes 28 KB", len(fmt.Sprint(body)))
	}
}

// A Matrix room tells a repetition by its transaction, which is the alert's ID.
func TestMatrix(t *testing.T) {
	token := "syt_d2F0Y2g_aBcDeFgHiJkLmNoPqRsT_1234ab"
	var asked, auth, method string
	var body map[string]any
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, auth, method, body = r.URL.EscapedPath(), r.Header.Get("Authorization"), r.Method, nil
		_ = json.NewDecoder(r.Body).Decode(&body)
		io.WriteString(w, `{"event_id":"$1"}`)
	}))
	t.Cleanup(srv.Close)
	o := chat.Options{Service: chat.Matrix, URL: srv.URL + "/", ChatID: "!room/1:matrix.example", Token: token, Client: srv.Client()}
	s := sender(t, o)
	if _, err := s.Send(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	if want := "/_matrix/client/v3/rooms/%21room%2F1:matrix.example/send/m.room.message/pw_1"; asked != want || auth != "Bearer "+token || method != http.MethodPut {
		t.Errorf("%s %s, %s; want PUT %s", method, asked, auth, want)
	}
	if body["msgtype"] != "m.notice" || body["body"] != strings.TrimSpace(message.Short) || body["formatted_body"] != nil || body["m.mentions"] == nil {
		t.Errorf("%v", body)
	}
	for name, spoil := range map[string]func(*chat.Options){
		"no token": func(o *chat.Options) { o.Token = "" }, "an alias": func(o *chat.Options) { o.ChatID = "#room:matrix.example" },
	} {
		bad := o
		spoil(&bad)
		_, err := chat.New(bad)
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
		notifytest.NoSecret(t, []string{token}, err)
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
	access := "syt_d2F0Y2g_aBcDeFgHiJkLmNoPqRsT_1234ab"
	url, client, _ = service(t, 401, nil, `{"errcode":"M_UNKNOWN_TOKEN","error":"Bearer `+access+` is unknown"}`)
	matrix := chat.Options{Service: chat.Matrix, URL: url, ChatID: "!1:x", Token: access, Client: client}
	_, denied := sender(t, matrix).Send(t.Context(), message)
	signature := "sig=Xk3_0123456789abcdefghijklmnopqrstuvwxyz-AB"
	url, client, _ = service(t, 400, nil, "bad request at /workflows/1/triggers/manual/paths/invoke?"+signature)
	_, flow := sender(t, chat.Options{Service: chat.Teams, URL: url + "/workflows/1/triggers/manual/paths/invoke?" + signature, Client: client}).Send(t.Context(), message)
	notifytest.NoSecret(t, []string{access, signature, signature[4:]}, denied, flow, matrix, &matrix, sender(t, matrix))
	for _, err := range []error{refused, unreachable, room, bad, denied, flow} {
		if err == nil {
			t.Fatal("no error")
		}
	}
	notifytest.NoSecret(t, []string{token, half, roomPath, roomPath[:20], "ijklmnop"}, refused, unreachable, room, bad, s, o, &o)
	if !strings.Contains(unreachable.Error(), "127.0.0.1:1") {
		t.Errorf("an operator could not tell which service it was: %v", unreachable)
	}
}
