package configs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"policywatch/configs"
)

func env(vars map[string]string) func(string) (string, bool) {
	return func(k string) (string, bool) { v, ok := vars[k]; return v, ok }
}

func TestPartOfASectionKeepsTheOtherDefaults(t *testing.T) {
	cfg, err := configs.Parse("/etc/pw/policywatch.yaml", []byte("crawl:\n  concurrency: 3\n  max_body: 2MiB\n  browser: off\nlists: [a.csv]\n"), env(nil))
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Crawl.Concurrency != 3 || cfg.Crawl.MaxBody != 2<<20 || cfg.Crawl.Browser != "off" {
		t.Errorf("written keys: %+v", cfg.Crawl)
	}
	if cfg.Crawl.Timeout != configs.Duration(30*time.Second) || !cfg.Crawl.Robots || cfg.Schedule.Every != configs.Duration(12*time.Hour) {
		t.Errorf("defaults were lost: %+v %+v", cfg.Crawl, cfg.Schedule)
	}
	if cfg.Lists[0] != "/etc/pw/a.csv" || cfg.Store.Path != "/etc/pw/policywatch.db" {
		t.Errorf("relative paths: %q %q", cfg.Lists[0], cfg.Store.Path)
	}
}

func TestAFileOfCommentsMeansTheDefaults(t *testing.T) {
	for _, text := range []string{"", "# nothing yet\n", "crawl:\n# later\n", "crawl:\n  # later\nstore:\n  path: a.db\n"} {
		if _, err := configs.Parse("c.yaml", []byte(text), env(nil)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// One bad file a rule: the error names line, column and remedy.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no bad files to try", err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			want, _, _ := strings.Cut(strings.TrimPrefix(string(b), "# want: "), "\n")
			_, err = configs.Parse(filepath.Base(f), b, env(nil))
			if err == nil {
				t.Fatal("was accepted")
			}
			if !strings.Contains(err.Error(), want) {
				t.Errorf("error %q\n  lacks %q", err, want)
			}
			var e *configs.Error
			if !errors.As(err, &e) || e.Line < 2 || e.Column < 1 {
				t.Errorf("error %q has no place in the file", err)
			}
		})
	}
}

func TestSecretsAreResolvedAndNeverPrinted(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pw"), []byte("s3same\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := "web:\n  auth: {user: a, password: 'file:" + filepath.Join(dir, "pw") + "'}\n" +
		"notify:\n  channels:\n    - {name: h, kind: webhook, url: 'https://h.example/${T}', secret: '${T}'}\n"
	cfg, err := configs.Parse("c.yaml", []byte(text), env(map[string]string{"T": "s3same"}))
	if err != nil {
		t.Fatal(err)
	}
	ch := cfg.Notify.Channels[0]
	if cfg.Web.Auth.Password.Reveal() != "s3same" || ch.Secret.Reveal() != "s3same" || ch.URL.Reveal() != "https://h.example/s3same" {
		t.Errorf("not resolved: %q %q %q", cfg.Web.Auth.Password.Reveal(), ch.Secret.Reveal(), ch.URL.Reveal())
	}
	js, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{fmt.Sprint(cfg), fmt.Sprintf("%+v %#v %q", cfg, cfg, ch.Secret), string(js)} {
		if strings.Contains(out, "s3same") {
			t.Errorf("a secret shows in %s", out)
		}
	}
}

func TestEmbeddedDataLoads(t *testing.T) {
	lex, err := configs.Lexicons(configs.Data())
	if err != nil || len(lex) < 9 {
		t.Fatalf("%d lexicons: %v", len(lex), err)
	}
	if p, err := configs.Profiles(configs.Data()); err != nil || len(p) == 0 {
		t.Fatalf("%d profiles: %v", len(p), err)
	}
	if b, err := configs.Phrasebooks(configs.Data()); err != nil || len(b) == 0 {
		t.Fatalf("%d phrasebooks: %v", len(b), err)
	}
}
