package speech_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"policywatch/configs"
	"policywatch/store/record"
)

// Every sentence that the program can make has its phrase in every phrasebook,
// which takes as many values as the sentence brings. The calls are read out of
// the sources: a sentence that only a rare page causes counts as well.
func TestEverySentenceCanBeSaid(t *testing.T) {
	books, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	check := func(where, key string, values int) {
		for _, b := range books {
			phrase, ok := b.Phrases[key]
			if !ok {
				t.Errorf("%s: %s has no phrase %q", where, b.Lang, key)
			} else if n := strings.Count(phrase, "%s"); values >= 0 && n != values {
				t.Errorf("%s: %s: %q takes %d values, the sentence brings %d", where, b.Lang, key, n, values)
			}
		}
	}
	calls := 0
	for _, dir := range []string{"../../diff", "../../diff/section", "../../diff/volatile", "../../cmd/internal/monitor", "../../cmd/internal/wire", "../../notify", "../../store", "../../store/export"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", dir, len(files), err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[ast.Expr]bool{}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					key, ok := literal(n)
					if !ok {
						break
					}
					calls++
					seen[n.Args[0]] = true
					switch called(n) {
					case "Say", "say":
						check(name, key, len(n.Args)-1)
					case "place": // with the heading or without; the heading itself is an argument
						check(name, key, len(n.Args)-2)
						check(name, key+"_under", len(n.Args)-1)
					}
				case *ast.BasicLit:
					// A key that is chosen first and said later.
					if s, err := strconv.Unquote(n.Value); err == nil && strings.HasPrefix(s, "told.") && !seen[n] {
						check(name, s, -1)
					}
				}
				return true
			})
		}
	}
	if calls < 40 {
		t.Errorf("only %d sentences were found; has the way to make them changed?", calls)
	}
}

// literal is the key of a call that makes a sentence.
func literal(c *ast.CallExpr) (string, bool) {
	if len(c.Args) == 0 {
		return "", false
	}
	lit, ok := c.Args[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	key, err := strconv.Unquote(lit.Value)
	return key, err == nil && strings.HasPrefix(key, "told.")
}

func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}

// What the values of sentences are named by is in every phrasebook too.
func TestEveryValueHasItsWords(t *testing.T) {
	books, err := configs.Phrasebooks(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{"percent", "cited", "quote"}
	for _, topic := range record.Topics() {
		keys = append(keys, "about."+string(topic))
	}
	for _, k := range []record.FactKind{
		record.FactDate, record.FactEffective, record.FactInstrument, record.FactArticle, record.FactEmail, record.FactPhone,
		record.FactDuration, record.FactAmount, record.FactDataItem, record.FactThirdParty, record.FactAddress,
	} {
		keys = append(keys, "noun."+string(k), "noun.new."+string(k))
	}
	for _, v := range []record.Verdict{
		record.VerdictThin, record.VerdictBlocked, record.VerdictLogin, record.VerdictConsent, record.VerdictNotFound,
		record.VerdictMaintenance, record.VerdictHub, record.VerdictShell, record.VerdictUnreadable, record.VerdictOther,
	} {
		keys = append(keys, "verdict."+string(v))
	}
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lex {
		keys = append(keys, "language."+l.Lang)
	}
	for _, b := range books {
		for _, k := range keys {
			if b.Phrases[k] == "" {
				t.Errorf("%s has no phrase %q", b.Lang, k)
			}
		}
	}
}
