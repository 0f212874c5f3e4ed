package discover_test

import (
	"testing"

	"policywatch/configs"
	"policywatch/crawler/discover"
	"policywatch/store/record"
)

func finder(t testing.TB, f discover.Fetcher) *discover.Finder {
	t.Helper()
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	return discover.New(lex, f, func(s *record.Snapshot) []byte { return s.Body })
}

// Every usual name of a statement is found as a plain link. K7, K8
func TestLinkNames(t *testing.T) {
	f := finder(t, nil)
	for _, name := range []string{
		"حریم خصوصی", "حريم خصوصي", "حریم‌خصوصی", "بیانیه حریم خصوصی", "بیانیه محرمانگی", "سیاست محرمانگی",
		"سیاست حفظ حریم خصوصی کاربران", "سیاست‌های حفظ حریم خصوصی",
		"سياسة الخصوصية", "سیاسة الخصوصیه", "بيان الخصوصية", "إشعار الخصوصية", "اشعار الخصوصية", "الخصوصية", "سياسة الخصوصية وشروط الاستخدام",
		"Privacy Policy", "PRIVACY", "Privacy & Security", "Your privacy", "Privacy notice", "Privacy and cookies",
	} {
		got := f.Links([]byte(`<p><a href="/x/12">`+name+`</a> <a href="/about">About</a></p>`), "https://agency.example/")
		if len(got) == 0 || got[0].URL != "https://agency.example/x/12" || got[0].Score < 0.6 {
			t.Errorf("%q: got %+v", name, got)
		}
	}
}
