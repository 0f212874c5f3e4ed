package section_test

import (
	"slices"
	"testing"

	"policywatch/store/record"
)

// TestFacts reads single sentences. Wanted facts are "kind value"; a leading
// "-" forbids every fact of that kind.
func TestFacts(t *testing.T) {
	r := reader(t)
	for _, tt := range []struct {
		lang, text string
		want       []string
	}{
		// Dates in three calendars.
		{"fa", "این بیانیه در تاریخ ۱۳۹۵/۱۱/۲۸ تصویب شد.", []string{"date 2017-02-16"}},
		{"fa", "آخرین به‌روزرسانی: ۲۸ بهمن ماه ۱۳۹۵", []string{"updated 2017-02-16"}},
		{"fa", "اسفند ۱۳۹۹ دارای ۳۰ روز بود: ۱۳۹۹/۱۲/۳۰", []string{"date 2021-03-20"}},
		{"fa", "تاریخ ۱۴۰۰/۱۲/۳۰ وجود ندارد.", []string{"-date"}},
		{"fa", "تاریخ ۱۴۰۰/۱۳/۰۱ هم وجود ندارد.", []string{"-date"}},
		{"fa", "نسخه مورخ 28/11/1395", []string{"updated 2017-02-16"}},
		{"ar", "تاريخ آخر تحديث: ١٢ رمضان ١٤٤٥هـ", []string{"updated 2024-03-22"}},
		{"ar", "آخر تحديث في 15 مارس/آذار 2021", []string{"updated 2021-03-15"}},
		{"ar", "التحديث الأخير تم عام 2017", []string{"updated 2017"}},
		{"ar", "تاريخ السريان: 1 محرم 1446 هـ", []string{"effective 2024-07-08"}},
		{"en", "This policy was last updated on March 26, 2026.", []string{"updated 2026-03-26"}},
		{"en", "Effective date: 1 July 2023", []string{"effective 2023-07-01"}},
		{"en", "Revised 02/03/24 for the last time.", []string{"-date", "-updated"}},
		{"fr", "Dernière mise à jour : 1er juillet 2020", []string{"updated 2020-07-01"}},
		{"de", "Stand: 15. März 2021", []string{"updated 2021-03-15"}},
		{"tr", "Son güncellenme: 15 Mart 2021", []string{"updated 2021-03-15"}},
		{"es", "Última actualización: 3 de mayo de 2022", []string{"updated 2022-05-03"}},
		// Laws.
		{"fa", "بر اساس ماده ۷ تصویب‌نامه شماره ۱۱۲۷۱۲۸ شورای عالی اداری", []string{"article 7", "instrument 1127128"}},
		{"fa", "به استناد ماده هفتم قانون", []string{"article 7"}},
		{"ar", "وفقًا للمادة الثانية عشرة من النظام", []string{"article 12"}},
		{"ar", "الصادر بالمرسوم الملكي رقم (م/19) وتاريخه", []string{"instrument م/19"}},
		{"en", "OMB memorandum M-03-22 and article 13(1)(a) GDPR", []string{"instrument M-03-22", "article 13.1.a", "instrument gdpr"}},
		{"de", "auf Grundlage von Art. 6 Abs. 1 lit. e DSGVO i. V. m. § 3 BDSG", []string{"article 6.1.e", "article 3", "instrument gdpr", "instrument bdsg"}},
		{"fr", "au sens de la loi n° 78-17 du 6 janvier 1978", []string{"instrument 78-17", "date 1978-01-06"}},
		{"tr", "6698 sayılı Kanunun 11. maddesi uyarınca", []string{"instrument 6698", "article 11"}},
		// Durations in figures, in words, in dual forms; never a person's age.
		{"fa", "اطلاعات شما شش ماه نگهداری می‌شود.", []string{"duration P6M"}},
		{"fa", "حداکثر به مدت ۷ روز ذخیره می‌شود.", []string{"duration P7D"}},
		{"ar", "نحتفظ بها لمدة سنتين ثم تحذف خلال ستة أشهر", []string{"duration P2Y", "duration P6M"}},
		{"ar", "تحذف بعد أربعة عشر يومًا", []string{"duration P14D"}},
		{"en", "Logs are kept for six (6) months and 24 hours.", []string{"duration P6M", "duration PT24H"}},
		{"de", "nach sieben Tagen gelöscht", []string{"duration P7D"}},
		{"en", "This site is not meant for children under 13 years of age.", []string{"-duration"}},
		{"fa", "افراد زیر ۱۸ سال نباید ثبت‌نام کنند.", []string{"-duration"}},
		// Addresses.
		{"fa", "نشانی پست الکترونیک:info@imo.example آدرس", []string{"email info@imo.example"}},
		{"en", "Write to Privacy.Office@Agency.GOV, or see https://www.Agency.gov/privacy/?utm_source=x#top.", []string{"email privacy.office@agency.gov", "url agency.gov/privacy"}},
		{"fa", "تلفن: ۰۲۱-۸۸۱۱۲۲۳۳", []string{"phone 02188112233"}},
		{"en", "Call (202) 555-0143 or +44 20 7946 0000.", []string{"phone 2025550143", "phone +442079460000"}},
		{"fa", "تصویب‌نامه شماره ۱۱۲۷۱۲۸ مورخ ۱۳۹۵/۱۱/۲۸", []string{"-phone"}},
		{"ar", "الهاتف الموحد 920001234", []string{"phone 920001234"}},
		{"fa", "نشانی: تهران، خیابان شریعتی، پلاک ۱۲", []string{"address تهران, خیابان شریعتی, پلاک 12"}},
		{"de", "Rathausplatz 1\nMarktstraße 12, 10557 Berlin", []string{"address marktstrasse 12, 10557 berlin"}},
		{"en", "Mail to 100 River Street, Suite 4, Port Ann.", []string{"address mail to 100 river street, suite 4, port ann."}},
		{"en", "We ask for your street address and your telephone number.", []string{"-address"}},
		// What data, for whom.
		{"fa", "اطلاعاتی نظیر نام، کد ملی و شماره تلفن همراه از شما دریافت می‌شود.", []string{"data_item name", "data_item national_id", "data_item mobile"}},
		{"en", "We use Google Analytics to measure visits.", []string{"third_party google_analytics"}},
		{"en", "Office e-mail address: a@b.example", []string{"-data_item"}},
	} {
		t.Run(tt.lang+" "+first(tt.text, 30), func(t *testing.T) {
			doc := document(tt.lang, tt.text)
			r.Label(doc)
			var got []string
			for _, f := range doc.Facts {
				got = append(got, string(f.Kind)+" "+f.Value)
			}
			for _, w := range tt.want {
				if w[0] == '-' {
					if slices.ContainsFunc(doc.Facts, func(f record.Fact) bool { return "-"+string(f.Kind) == w }) {
						t.Errorf("%q: %v", tt.text, got)
					}
				} else if !slices.Contains(got, w) {
					t.Errorf("%q: %v lacks %s", tt.text, got, w)
				}
			}
		})
	}
}

func TestOwner(t *testing.T) {
	for lang, want := range map[string]string{"fa": "سازمان آبخیزداری استان سپیدرود", "ar": "هيئة المتنزهات الساحلية", "en": "Office of River Navigation"} {
		doc := fixture(t, lang)
		reader(t).Label(doc)
		if last := doc.Facts[len(doc.Facts)-1]; last.Kind != record.FactOwner || last.Text != want {
			t.Errorf("%s: %+v", lang, last)
		}
	}
}
