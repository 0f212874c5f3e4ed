package extract_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"policywatch/crawler/extract"
	"policywatch/store/record"
)

var update = flag.Bool("update", false, "write the golden files")

// show writes a document as the golden files do: a line a block.
func show(d *record.Document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "title: %s\nlang: %s %s\n\n", d.Title, d.Lang, d.Dir)
	for _, x := range d.Blocks {
		fmt.Fprintf(&b, "%s", x.Kind)
		if x.Level > 0 {
			fmt.Fprintf(&b, " %d", x.Level)
		}
		if x.Hidden {
			b.WriteString(" hidden")
		}
		fmt.Fprintf(&b, ": %s\n", x.Text)
		if x.Original != "" {
			fmt.Fprintf(&b, "    was: %s\n", strings.ReplaceAll(x.Original, "\n", " / "))
		}
		for _, l := range x.Links {
			fmt.Fprintf(&b, "    link: %s -> %s\n", l.Text, l.URL)
		}
	}
	return b.String()
}

// golden compares with testdata/NAME.golden.
func golden(t *testing.T, name string, d *record.Document) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	got := []byte(show(d))
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update writes it anew):\n%s", path, got)
	}
}

// Texts give their headings, items and repaired sentences. X1, X4, X5
func TestTextGoldens(t *testing.T) {
	r := newReader(t)
	for _, name := range []string{"text/damaged.txt", "text/wrapped.txt", "text/page.md", "statements/fa.txt"} {
		t.Run(name, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			read := r.Text
			if strings.HasSuffix(name, ".md") {
				read = r.Markdown
			}
			d, err := read(b, extract.Options{URL: "https://office.example/privacy"})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name, d)
		})
	}
}

// The five statements that the project began with: every heading in order and
// in reading order, the language, no furniture. X1, X4, X5
func TestSeeds(t *testing.T) {
	dir := "../../../shared/corpus/seeds"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("NOT TESTED: the seed statements are not here: ", err)
	}
	r := newReader(t)
	for _, c := range []struct {
		name, lang string
		headings   []string
		absent     []string
	}{
		{"000", "fa", []string{"حريم خصوصي", "جمع آوری اطلاعات شخصي شما", "استفاده از اطلاعات شخصي شما", "استفاده از کوکي ها", "امنیت اطلاعات شخصي شما", "تغییرات دراين بیانیه", "اطلاعات تماس"}, nil},
		{"001", "fa", []string{"بيانيه حريم خصوصی", "چگونگی جمع آوری و استفاده از اطلاعات کاربران:", "الف: اطلاعاتی که شما خود در اختيار این سازمان قرار میدهيد، شامل موارد زيرهستند:", "ب: برخی اطلاعات ديگر که به صورت خودکار از شما دريافت میشود شامل موارد زير میباشد:", "امنیت اطلاعات", "تغييرات در بيانيه سياست حفظ محرمانگی"}, []string{"بازگشت به صفحه ورود"}},
		{"002", "fa", []string{"بیانیه حریم خصوصی سازمان مدیریت و برنامه ریزی استان هرمزگان", "هدف بیانیه حریم خصوصی", "الزامات قانونی", "چگونگی جمعآوری و استفاده از اطلاعات کاربران", "کاربرد اطلاعات جمعآوری شده", "فناوریهای بکار گرفته شده در دریافت اطلاعات", "انتقال اطلاعات شخصی به اشخاص ثالث", "اطلاعات بیشتر"}, nil},
		{"003", "fa", []string{"بیانیه حریم خصوصی", "قابل توجه بازدید کنندگان محترم", "جمع آوری اطلاعات شخصی شما", "استفاده از اطلاعات شخصی شما", "استفاده از کوکی ها", "امنیت اطلاعات شخصی شما", "تغییرات در این بیانیه"}, nil},
		{"004", "ar", []string{"سياسة الخصوصية", "جمع واستخدام المعلومات الإلكترونية:", "ملفات تعريف الارتباط (Cookies):", "جمع المعلومات الشخصية:", "أمن المعلومات الشخصية:", "التسجيل:", "تسجيل الدخول:", "الاحتفاظ بالمعلومات:", "المواقع الأخرى:"}, []string{"تخطي أوامر الشريط", "التخطي إلى المحتوى الأساسي"}},
	} {
		names, _ := filepath.Glob(filepath.Join(dir, c.name+"_*.txt"))
		if len(names) != 1 {
			t.Fatalf("seed %s: %v", c.name, names)
		}
		b, err := os.ReadFile(names[0])
		if err != nil {
			t.Fatal(err)
		}
		d, err := r.Text(b, extract.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range d.Blocks {
			if x.Kind == record.Heading {
				got = append(got, x.Text)
			}
		}
		if strings.Join(got, "\n") != strings.Join(c.headings, "\n") {
			t.Errorf("seed %s: headings\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.headings, "\n"))
		}
		if d.Lang != c.lang || d.Dir != "rtl" {
			t.Errorf("seed %s: %s %s", c.name, d.Lang, d.Dir)
		}
		for _, a := range c.absent {
			if strings.Contains(d.Text(), a) {
				t.Errorf("seed %s: furniture %q counts as content", c.name, a)
			}
		}
		// Every word of the file is there, in the blocks or in what they were.
		left := map[string]int{}
		for _, x := range d.Blocks {
			for _, w := range strings.Fields(strings.Trim(x.Text, "#")) {
				left[w]++
			}
		}
		lost := 0
		for _, w := range strings.Fields(string(b)) {
			if left[w]--; left[w] < 0 {
				lost++
			}
		}
		if lost > 20 { // bullets, marks of Markdown, furniture
			t.Errorf("seed %s: %d words lost", c.name, lost)
		}
	}
}
