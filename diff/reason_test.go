package diff_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"policywatch/configs"
	"policywatch/diff"
	"policywatch/store/record"
)

var update = flag.Bool("update", false, "write the goldens anew")

// visible makes directional marks readable in a golden.
var visible = strings.NewReplacer("\u200f", "{RLM}", "\u2066", "{LRI}", "\u2067", "{RLI}", "\u2068", "{FSI}", "\u2069", "{PDI}")

// reasons are edits of the statements above, one of each kind that a person is
// told of.
var reasons = []struct{ name, lang, old, from, to string }{
	{"a dropped section", "en", english, "# Retention\nWe keep personal data for 6 months. After that the data are deleted.\n", ""},
	{"a dropped section", "fa", persian, "# نگهداری اطلاعات\nاطلاعات شخصی به مدت ۶ ماه نگهداری می‌شود. پس از آن، اطلاعات پاک می‌شود.\n", ""},
	{"a dropped section", "ar", arabic, "# الاحتفاظ بالبيانات\nنحتفظ بالبيانات الشخصية لمدة 6 أشهر. بعد ذلك يتم حذف البيانات.\n", ""},
	{"a flip", "en", english, "do not share", "share"},
	{"a flip", "fa", persian, "نمی‌فروشد", "می‌فروشد"},
	{"a flip", "ar", arabic, "لا نشارك", "نشارك"},
	{"a promise weakened", "fa", persian, "متعهد است", "ممکن است"},
	{"a changed period", "en", english, "6 months", "18 months"},
	{"a changed period", "fa", persian, "۶ ماه", "۱۸ ماه"},
	{"a changed period", "ar", arabic, "6 أشهر", "18 شهرًا"},
	{"a changed address", "fa", persian, "privacy@river", "office@river"},
	{"a rename", "en", english, "# Retention", "# How long we keep data"},
	{"a rename", "fa", persian, "# نگهداری اطلاعات", "# مدت نگهداری داده‌ها"},
	{"a rename", "ar", arabic, "# الاحتفاظ بالبيانات", "# مدة الحفظ"},
	{"a merge", "en", english, "# Retention\nWe keep personal data for 6 months. After that the data are deleted.\n# Sharing\n",
		"# Sharing\nWe keep personal data for 6 months. After that the data are deleted.\n"},
	{"a merge", "fa", persian, "# نگهداری اطلاعات\nاطلاعات شخصی به مدت ۶ ماه نگهداری می‌شود. پس از آن، اطلاعات پاک می‌شود.\n# اشتراک‌گذاری اطلاعات\n",
		"# اشتراک‌گذاری اطلاعات\nاطلاعات شخصی به مدت ۶ ماه نگهداری می‌شود. پس از آن، اطلاعات پاک می‌شود.\n"},
	{"a merge", "ar", arabic, "# الاحتفاظ بالبيانات\nنحتفظ بالبيانات الشخصية لمدة 6 أشهر. بعد ذلك يتم حذف البيانات.\n# مشاركة البيانات\n",
		"# مشاركة البيانات\nنحتفظ بالبيانات الشخصية لمدة 6 أشهر. بعد ذلك يتم حذف البيانات.\n"},
	{"an added section", "en", english, "# Contact", "# Cookies\nWe use cookies to keep you logged in. A cookie is deleted when you leave.\n# Contact"},
	{"an added section", "fa", persian, "# تماس با ما", "# کوکی‌ها\nبرای ورود شما از کوکی استفاده می‌شود. کوکی پس از خروج پاک می‌شود.\n# تماس با ما"},
	{"an added section", "ar", arabic, "# اتصل بنا", "# ملفات تعريف الارتباط\nنستخدم ملفات تعريف الارتباط لحفظ تسجيل دخولك. تحذف هذه الملفات عند الخروج.\n# اتصل بنا"},
	{"a sentence less", "fa", persian, " پس از آن، اطلاعات پاک می‌شود.", ""},
	{"a required section less", "ar", arabic, "# الاحتفاظ بالبيانات\nنحتفظ بالبيانات الشخصية لمدة 6 أشهر. بعد ذلك يتم حذف البيانات.\n# مشاركة البيانات\nلا نشارك البيانات الشخصية مع أي طرف ثالث. نلتزم بإبلاغ المستخدمين بأي تغيير.\n", ""},
	{"a required section less", "fa", persian, "# اشتراک‌گذاری اطلاعات\nاین سازمان اطلاعات شخصی کاربران را به اشخاص ثالث نمی‌فروشد. سازمان متعهد است کاربران را از هر تغییر آگاه کند.\n", ""},
	{"a section on contact less", "fa", persian, "# تماس با ما\nپرسش‌های خود دربارهٔ اطلاعات شخصی را به privacy@river.example بفرستید.\n", ""},
	{"a page that is cut off", "en", english, english[strings.Index(english, "# What we"):], ""},
	{"a page that is cut off", "fa", persian, persian[strings.Index(persian, "# جمع"):], ""},
	{"a page that is cut off", "ar", arabic, arabic[strings.Index(arabic, "# جمع"):], ""},
}

// The reasons as readers of each language get them.
func TestReasonsInThreeLanguages(t *testing.T) {
	profiles, err := configs.Profiles(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	norm := map[string]record.Profile{}
	for lang, id := range map[string]string{"en": "core", "fa": "ir-gov", "ar": "sa-pdpl"} {
		norm[lang] = profiles[slices.IndexFunc(profiles, func(p record.Profile) bool { return p.ID == id })]
	}
	var b strings.Builder
	tell := func(name, lang string, ch record.Change) {
		fmt.Fprintf(&b, "%s, in a statement in %s: %s %s\n", name, lang, ch.Class, ch.Severity)
		for _, reader := range []string{"en", "fa", "ar"} {
			v := voices().In(reader)
			for _, s := range ch.Told {
				if got, want := len(s.Values), strings.Count(v.Book.Phrases[s.Key], "%s"); got != want {
					t.Errorf("%s: %s brings %d values, the phrase takes %d", reader, s.Key, got, want)
				}
			}
			fmt.Fprintf(&b, "  %s  %s\n", reader, visible.Replace(v.Tell(ch.Told)))
		}
		b.WriteByte('\n')
		if want := voices().In("en").Plain().Tell(ch.Told); ch.Reason != "" && ch.Reason != want {
			t.Errorf("%s: the reason is %q, its sentences say %q", name, ch.Reason, want)
		}
	}
	for _, c := range reasons {
		side := func(text string) diff.Side {
			d := read(t, c.lang, text)
			if c.lang != "en" {
				d.Dir = "rtl"
			}
			d.Quality.Verdict = record.VerdictStatement
			return diff.Side{Document: d, Findings: labeller().Check(d, norm[c.lang]), Profile: norm[c.lang]}
		}
		ch := comparer(t).Compare(side(c.old), side(edit(t, c.old, c.from, c.to)))
		tell(c.name, c.lang, ch)
		if c.name == "a page that is cut off" {
			// What the monitor makes of it when a later visit sees the same.
			ch.Reason, ch.Told = "", []record.Sentence{record.Say("told.mostly_gone"), record.Say("told.seen_again", record.Duration(12*time.Hour))}
			tell("the same, confirmed", c.lang, ch)
		}
	}
	path := filepath.Join("testdata", "reasons.txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("%s differs (go test -update writes it anew)\n%s", path, b.String())
	}
}
