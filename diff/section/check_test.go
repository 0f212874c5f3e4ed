package section_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"policywatch/configs"
	"policywatch/diff/section"
	"policywatch/store/record"
)

func profile(t *testing.T, id string) record.Profile {
	t.Helper()
	profiles, err := configs.Profiles(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(profiles, func(p record.Profile) bool { return p.ID == id })
	if i < 0 {
		t.Fatalf("no profile %s", id)
	}
	return profiles[i]
}

func check(t *testing.T, r *section.Reader, doc *record.Document, id string) map[string]record.Finding {
	t.Helper()
	r.Label(doc)
	out := map[string]record.Finding{}
	for _, f := range r.Check(doc, profile(t, id)) {
		out[f.ID] = f
		if f.Status != record.StatusPresent && (len(f.Told) == 0 || f.Reason == "") {
			t.Errorf("%s is %s, and cannot be told why in every language: %q", f.ID, f.Status, f.Reason)
		}
	}
	return out
}

// TestUnknown holds apart "not there" and "could not look".
func TestUnknown(t *testing.T) { // K4
	r := reader(t)
	doc := fixture(t, "fa")
	doc.Quality.Verdict = record.VerdictLogin
	for id, f := range check(t, r, doc, "ir-gov") {
		if f.Status != record.StatusUnknown || !strings.Contains(f.Reason, "login") {
			t.Errorf("%s: %+v", id, f)
		}
	}
	doc = document("xx", "# Gufu\nlorem")
	for id, f := range check(t, r, doc, "core") {
		if f.Status != record.StatusUnknown {
			t.Errorf("%s: %+v", id, f)
		}
	}
	// The profile for Iran has no words in German.
	doc = document("de", "# Datenschutz\nDer Zweck der Verarbeitung ist die Bearbeitung Ihrer Anfrage.")
	if f := check(t, r, doc, "ir-gov")["minimum_collection"]; f.Status != record.StatusUnknown {
		t.Errorf("minimum_collection: %+v", f)
	}
}

func TestCitation(t *testing.T) { // X6
	for text, want := range map[string]struct {
		id     string
		status record.Status
	}{
		"به استناد ماده ۷ تصویب‌نامه شماره ۱۱۲۷۱۲۸ مورخ ۱۳۹۵/۱۲/۲۸ شورای عالی اداری":   {"citation.date", record.StatusAbsent},
		"به استناد ماده ۷ تصویب‌نامه شماره ۱۱۲۷۱۲۸ مورخ ۲۸ بهمن ۱۳۹۵ شورای عالی اداری": {"citation.date", record.StatusPresent},
		"به استناد ماده ۷ تصویب‌نامه شماره ۱۱۲۷۱۸۲ مورخ ۱۳۹۵/۱۱/۲۸ شورای عالی اداری":   {"citation.number", record.StatusAbsent},
	} {
		got := check(t, reader(t), document("fa", "# استناد قانونی\n"+text), "ir-gov")
		f := got[want.id]
		if f.Status != want.status || f.Evidence == nil || f.Evidence.Quote != text || f.Evidence.Section != "استناد قانونی" || f.Must {
			t.Errorf("%s: %+v", text, f)
		}
	}
	got := check(t, reader(t), document("fa", "# استناد قانونی\nبر اساس قانون مدیریت خدمات کشوری مصوب ۱۳۸۶/۰۷/۰۸"), "ir-gov")
	if _, ok := got["citation.date"]; ok {
		t.Errorf("a statement that does not cite the decree is told of its date: %+v", got["citation.date"])
	}
}

func TestLeftovers(t *testing.T) { // X7 C15
	for _, tt := range []struct {
		lang, text, words string
	}{
		{"en", "Welcome to [name of your organization], we respect privacy.", "[name of your organization]"},
		{"en", "Lorem ipsum dolor sit amet.", "Lorem ipsum"},
		{"fa", "سازمان بنادر رودبار متعهد است. سازمان بنادر رودبار و سازمان بنادر رودبار. نظرات خود را به این شرکت بفرستید.", "این شرکت"},
		{"en", "We collect {{ data_types }} from you.", "{{ data_types }}"},
		{"fa", "شرکت آب رودبار. شرکت آب رودبار متعهد است. شرکت آب رودبار. نظرات خود را به این شرکت بفرستید.", ""},
		{"en", "See note [1] and the list [of forms](https://a.example).", ""},
	} {
		f, found := check(t, reader(t), document(tt.lang, "# A\n"+tt.text), "core")["leftover.template"]
		if found != (tt.words != "") {
			t.Errorf("%q: %+v", tt.text, f)
		} else if found && (!strings.Contains(f.Reason, tt.words) || f.Status != record.StatusAbsent) {
			t.Errorf("%q: %+v", tt.text, f)
		}
	}
}

func TestFutureDate(t *testing.T) {
	r := reader(t)
	r.Now = func() time.Time { return time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC) }
	for text, want := range map[string]bool{"Last updated: July 1, 2025": true, "Last updated: June 1, 2025": false, "Last updated: June 2025": false} {
		if _, found := check(t, r, document("en", "# Privacy policy\n"+text), "core")["date.future"]; found != want {
			t.Errorf("%s: found %v", text, found)
		}
	}
}

func TestChoose(t *testing.T) {
	profiles, err := configs.Profiles(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	for domain, want := range map[string]string{
		"mfa.gov.ir": "ir-gov", "uni.ac.ir": "ir-gov", "jazan.sa": "sa-pdpl", "alhasa.gov.sa:8443": "sa-pdpl", "USA.GOV": "us-egov", "army.mil.": "us-egov",
		"bund.de": "eu-gdpr", "service.gouv.fr": "eu-gdpr", "gov.uk": "core", "127.0.0.1:9000": "core", "mohap.gov.ae": "core", "": "core",
	} {
		if got := section.Choose(profiles, domain).ID; got != want {
			t.Errorf("%s: %s, want %s", domain, got, want)
		}
	}
}

// A language that the site is offered in and the statement is not: absent where it was
// looked for, unknown where that was not possible, and nothing without a site.
func TestLanguageVersions(t *testing.T) { // K4
	r := reader(t)
	doc := fixture(t, "fa")
	if f, ok := check(t, r, doc, "ir-gov")["language.versions"]; ok {
		t.Errorf("told of a file: %+v", f)
	}
	version := func(lang string, s record.Status) record.LanguageVersion {
		return record.LanguageVersion{Lang: lang, URL: "https://water.example.ir/" + lang, Shown: "to " + lang, Status: s, Reason: "as looked"}
	}
	fa, en, ar := version("fa", record.StatusPresent), version("en", record.StatusPresent), version("ar", record.StatusAbsent)
	unknown := version("tr", record.StatusUnknown)
	for _, c := range []struct {
		languages []record.LanguageVersion
		want      record.Status
		quote     string
	}{
		{[]record.LanguageVersion{fa, en}, record.StatusPresent, ""},
		{[]record.LanguageVersion{fa, unknown, en}, record.StatusUnknown, ""},
		{[]record.LanguageVersion{fa, unknown, ar, en}, record.StatusAbsent, "to ar"},
	} {
		doc.Languages = c.languages
		f := check(t, r, doc, "ir-gov")["language.versions"]
		if f.Status != c.want || f.Must || !strings.Contains(f.Reason, "the site is offered in fa, ") || (f.Evidence == nil) != (c.quote == "") || f.Evidence != nil && f.Evidence.Quote != c.quote {
			t.Errorf("%+v", f)
		}
	}
	if f := check(t, r, doc, "ir-gov")["language.versions"]; !strings.Contains(f.Reason, "the statement stands in fa, en; tr is unknown: as looked; ar is absent: as looked") {
		t.Errorf("%s", f.Reason)
	}
	doc.Quality.Verdict = record.VerdictLogin
	if f, ok := check(t, r, doc, "ir-gov")["language.versions"]; ok {
		t.Errorf("told of a page that is no statement: %+v", f)
	}
}
