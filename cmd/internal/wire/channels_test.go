package wire_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"policywatch/cmd/internal/wire"
	"policywatch/configs"
)

// What is posted obeys the address guard: a name that comes to lead into the
// private network brings nobody there, and the error says what to do where it was
// meant.
func TestPostsObeyTheAddressGuard(t *testing.T) {
	asked := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		io.WriteString(w, `{"event_id":"$1"}`) // which Matrix asks for, and nobody else minds
	}))
	defer srv.Close()
	for _, kind := range []string{"webhook", "chat", "chat, service: teams", "chat, service: matrix, chat_id: '!1:x', secret: token"} {
		for allow, want := range map[string]int{"": 0, "127.0.0.0/8": 10} {
			asked = 0
			path := filepath.Join(t.TempDir(), "policywatch.yaml")
			text := "crawl: {allow_addresses: [" + allow + "]}\nnotify: {channels: [{name: c, kind: " + kind + ", url: '" + srv.URL + "/in'}]}\n"
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			var last wire.Trial
			if _, err := wire.TryChannel(t.Context(), wire.Options{ConfigPath: path, Env: os.LookupEnv}, "c", func(x wire.Trial) error { last = x; return nil }); err != nil {
				t.Fatal(err)
			}
			if asked != want || last.Delivered != (want > 0) {
				t.Errorf("%s, allowing %q: asked %d times, %+v", kind, allow, asked, last)
			}
			if want == 0 && !strings.Contains(last.Problem, "crawl.allow_addresses") {
				t.Errorf("%s: the error says no remedy: %s", kind, last.Problem)
			}
		}
	}
}

// The examples of the README are taken as they stand.
func TestExamplesOfTheReadme(t *testing.T) {
	b, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(b), -1)
	if len(examples) < 2 {
		t.Fatalf("%d examples", len(examples))
	}
	for _, e := range examples {
		// The mail's keys are left out of the second example to keep it short.
		text := strings.Replace(e[1], "# to, from, smtp as above", "to: [a@b.example]\n      from: a@b.example\n      smtp: {host: b.example}", 1)
		env := func(name string) (string, bool) {
			if name == "BOT_URL" {
				return "https://api.telegram.org/bot1:x", true
			}
			return "https://x.example/" + name, true
		}
		if _, err := configs.Parse("README.md", []byte(text), env); err != nil {
			t.Errorf("%v in\n%s", err, text)
		}
	}
}
