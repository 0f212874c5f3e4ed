package report

import (
	"flag"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"
)

var writeSheet = flag.Bool("sheet", false, "write templates/DATA.md anew")

// sheetTypes are what a template meets, in the order of the sheet.
var sheetTypes = []reflect.Type{
	reflect.TypeFor[Letter](), reflect.TypeFor[Account](), reflect.TypeFor[Row](), reflect.TypeFor[Link](), reflect.TypeFor[LostElement](),
	reflect.TypeFor[FactPair](), reflect.TypeFor[Group](), reflect.TypeFor[Passage](), reflect.TypeFor[Run](), reflect.TypeFor[Line](),
}

// The sheet that lies beside the templates is written from the types that they are
// given: every field with its comment, every function.
func TestDataSheet(t *testing.T) {
	got := describe(t)
	if *writeSheet {
		if err := os.WriteFile("templates/"+dataSheet, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile("templates/" + dataSheet)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("templates/%s is not of these types (go test -sheet writes it anew)", dataSheet)
	}
	for _, m := range []map[string]any{voice{}.textFuncs(), voice{}.htmlFuncs()} {
		for name := range m {
			if !strings.Contains(got, "`"+name+" ") {
				t.Errorf("the function %s is not described", name)
			}
		}
	}
}

func parsed(t *testing.T) *doc.Package {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range []string{"letter.go", "account.go"} {
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(fset, files, "report")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// describe writes the description.
func describe(t *testing.T) string {
	var b strings.Builder
	b.WriteString(sheetHead)
	types := map[string]*doc.Type{}
	for _, x := range parsed(t).Types {
		types[x.Name] = x
	}
	for _, typ := range sheetTypes {
		d := types[typ.Name()]
		if d == nil {
			t.Fatalf("%s is not in letter.go or account.go", typ.Name())
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| field | is | says |\n|---|---|---|\n", typ.Name(), flat(d.Doc))
		for _, f := range d.Decl.Specs[0].(*ast.TypeSpec).Type.(*ast.StructType).Fields.List {
			if len(f.Names) == 0 {
				fmt.Fprintf(&b, "| the fields of Account | | %s |\n", flat(f.Doc.Text()))
				continue
			}
			if f.Doc.Text() == "" {
				t.Errorf("%s.%s has no comment", typ.Name(), f.Names[0].Name)
			}
			var names []string
			for _, n := range f.Names {
				names = append(names, "`."+n.Name+"`")
			}
			field, _ := typ.FieldByName(f.Names[0].Name)
			fmt.Fprintf(&b, "| %s | %s | %s |\n", strings.Join(names, ", "), sheetKind(field.Type), flat(f.Doc.Text()))
		}
		for i := range typ.NumMethod() {
			m := typ.Method(i)
			for _, f := range d.Methods {
				if f.Name == m.Name {
					fmt.Fprintf(&b, "| `.%s` | %s | %s |\n", m.Name, sheetKind(m.Type.Out(0)), flat(f.Doc))
				}
			}
		}
	}
	return b.String()
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

func sheetKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "list of " + sheetKind(t.Elem())
	case reflect.Map:
		return "map from text to " + sheetKind(t.Elem())
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "number"
	}
	return "[" + t.Name() + "](#" + strings.ToLower(t.Name()) + ")"
}

const sheetHead = `# What templates are given

Messages are written by templates of the Go language ([text/template](https://pkg.go.dev/text/template); HTML by
[html/template](https://pkg.go.dev/html/template), which escapes every value for the place where it stands). A folder that the
configuration names as ` + "`notify.templates`" + ` holds a folder for each language, ` + "`en`, `fa`, `ar`" + `, with any of these files; what is missing is
built in:

| file | writes |
|---|---|
| ` + "`subject.txt`" + ` | the subject of a mail and the title in a feed, one line |
| ` + "`mail.txt`" + ` | the text of a mail; afterwards lines are folded at 72 columns, keep their indent, and are marked for their direction |
| ` + "`mail.html`" + ` | the HTML of a mail; afterwards the rules of its style sheet that name one class are copied into the elements |
| ` + "`chat.txt`" + ` | the message in a chat |
| ` + "`feed.html`" + ` | what stands inside an entry of a feed |

Every template is given a [Letter](#letter). When the configuration is read, each is tried on a sample of every event and on a
digest; a field that does not exist, also in a branch that the samples do not take, or a template that fails, is refused with file
and line. ` + "`policywatch config check`" + ` says so, and ` + "`policywatch notify test CHANNEL`" + ` sends what comes out.

Texts in a right-to-left language hold directional isolates (U+2066 to U+2069) around what runs the other way. In HTML, ` + "`bidi`" + `
turns them into elements.

## Functions

Beside those of the template language:

| function | in | gives |
|---|---|---|
| ` + "`say KEY VALUE...`" + ` | all | a phrase of the catalogue in the language, with values in place of its %s; may hold isolates |
| ` + "`plain TEXT`" + ` | all | the text without isolates, for places that cannot show them |
| ` + "`clip N TEXT`" + ` | all | at most so many letters, cut at the end of a word |
| ` + "`first N ITEMS`" + ` | all | the first so many events of a digest |
| ` + "`number N`" + ` | all | the number in the digits of the language |
| ` + "`add A B`" + ` | all | the sum |
| ` + "`isolate TEXT`" + ` | text | the text, set apart where it runs against the language |
| ` + "`ltr TEXT`, `rtl TEXT`" + ` | text | the text, set apart in that direction |
| ` + "`heading TEXT DIR`" + ` | text | a heading of the statement, set apart in its direction |
| ` + "`quote RUNS DIR`" + ` | text | words of the statement between quotation marks, set apart: ` + "`quote .Before .Dir`" + ` |
| ` + "`bidi TEXT`" + ` | HTML | the text, escaped, its isolates as ` + "`<bdi>`" + ` elements |
`
