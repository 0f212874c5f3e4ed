package extract_test

import (
	"testing"

	"policywatch/configs"
	"policywatch/crawler/extract"
)

// newReader returns a reader with the program's own lexicons.
func newReader(t testing.TB) *extract.Reader {
	t.Helper()
	lex, err := configs.Lexicons(configs.Data())
	if err != nil {
		t.Fatal(err)
	}
	return extract.New(lex)
}

func TestLanguage(t *testing.T) {
	r := newReader(t)
	for _, c := range []struct{ text, lang, dir string }{
		{"این بیانیه درباره اطلاعات شخصی شما است.", "fa", "rtl"},
		{"اين بيانيه درباره اطلاعات شخصي شما است كه از شما دريافت مي شود.", "fa", "rtl"},
		{"نحن لا نشارك معلوماتك الشخصية مع أي جهة أخرى.", "ar", "rtl"},
		{"ہم آپ کی ذاتی معلومات کسی کے ساتھ شیئر نہیں کرتے۔", "ur", "rtl"},
		{"ئێمە زانیارییە کەسییەکانت لەگەڵ هیچ لایەنێک بەش ناکەین.", "ckb", "rtl"},
		{"We do not share your information with others.", "en", "ltr"},
		{"Nous ne partageons pas vos données avec des tiers.", "fr", "ltr"},
		{"Wir geben Ihre Daten nicht an Dritte weiter.", "de", "ltr"},
		{"Kişisel verileriniz üçüncü kişilerle paylaşılmaz ve bu sayfada saklanmaz.", "tr", "ltr"},
		{"No compartimos sus datos personales con terceros.", "es", "ltr"},
		{"سياسة الخصوصية", "ar", "rtl"},
		{"بیانیه حریم خصوصی", "fa", "rtl"},
		{"Esta política explica como recolhemos e usamos os dados pessoais que nos fornece quando visita o nosso sítio, e a quem os damos.", "", "ltr"},
		{"Niniejsza polityka wyjaśnia, w jaki sposób zbieramy i wykorzystujemy dane osobowe, które nam podajesz podczas wizyty.", "", "ltr"},
		{"Настоящая политика объясняет, как мы собираем персональные данные.", "", "ltr"},
		{"دا پالیسي تشریح کوي چې موږ ستاسو شخصي معلومات څنګه راټولوو او کاروو کله چې تاسو زموږ ویب پاڼې ته راځئ.", "", "rtl"},
		{"12345", "", "ltr"},
		{"", "", "ltr"},
	} {
		if lang, dir := r.Language(c.text); lang != c.lang || dir != c.dir {
			t.Errorf("%q: %s %s, want %s %s", c.text, lang, dir, c.lang, c.dir)
		}
	}
}

// A legal style has few small words; the words of the subject tell it then.
func TestLanguageOfLegalStyle(t *testing.T) {
	r := newReader(t)
	for want, text := range map[string]string{
		"tr": "Liman Başkanlığınca abonelik başvurularında alınan kimlik numarası, telefon, adres bilgileriniz 4922 sayılı Kanun uyarınca işlenmekte, beş yıl saklanmakta, süre dolunca imha edilmektedir.",
		"ar": "تستعمل معطيات المرتفقين لدراسة الطلبات، وتحفظ سنتين، ولا تفوت للغير. حق التصحيح مكفول، والبيانات الشخصية سرية.",
		"fa": "معلومات متقاضیان جواز، نمبر تذکره و آدرس، صرف جهت اجرای جواز ثبت میگردد و الی پنج سال حفظ میشود.",
	} {
		if got, _ := r.Language(text); got != want {
			t.Errorf("%q, want %q: %s", got, want, text)
		}
	}
}
