package diff_test

import (
	"strings"
	"testing"

	"policywatch/store/record"
)

// D5: one word less, one word elsewhere, and the promise is another.
func TestSmallEditsThatMatter(t *testing.T) {
	for _, c := range []struct{ name, lang, old, from, to string }{
		{"only", "en", english, "We do not share", "We only share"},
		{"only less", "en", edit(t, english, "We keep personal data for 6 months.", "We keep personal data only while your case is open."), "only while", "while"},
		{"consent", "en", edit(t, english, "After that", "We publish your photograph with your consent. After that"), " with your consent", ""},
		{"encrypted", "en", edit(t, english, "After that", "Copies are kept encrypted in another building. After that"), "kept encrypted", "kept"},
		{"Persian only", "fa", edit(t, persian, "پس از آن،", "نشانی شما فقط برای پاسخ به کار می‌رود. پس از آن،"), "فقط برای", "برای"},
		{"Persian consent", "fa", edit(t, persian, "پس از آن،", "عکس شما با رضایت شما منتشر می‌شود. پس از آن،"), "با رضایت شما ", ""},
		{"Persian encryption", "fa", edit(t, persian, "پس از آن،", "نسخهٔ پشتیبان به صورت رمزنگاری‌شده نگهداری می‌شود. پس از آن،"), "به صورت رمزنگاری‌شده ", ""},
		{"Arabic only", "ar", edit(t, arabic, "لا نشارك", "تُستخدم البيانات حصراً للرد عليكم. لا نشارك"), " حصراً", ""},
		{"Arabic consent", "ar", edit(t, arabic, "لا نشارك", "تُنشر صورتكم بموافقتكم في الموقع. لا نشارك"), " بموافقتكم", ""},
		{"a number in words", "en", edit(t, english, "6 months", "six months"), "six months", "eighteen months"},
		{"an Arabic number in words", "ar", edit(t, arabic, "لا نشارك", "تُحفظ الملفات خمس سنوات بعد إغلاقها. لا نشارك"), "خمس سنوات", "سنة واحدة"},
		{"an age in words", "ar", edit(t, arabic, "لا نشارك", "لا يُفتح حساب لمن يقل عمره عن ست عشرة سنة. لا نشارك"), "ست عشرة", "اثنتي عشرة"},
		{"two words changed places", "en", edit(t, english, "After that", "The register shows names and licences and does not show addresses. After that"),
			"names and licences and does not show addresses", "names and addresses and does not show licences"},
		{"off became on", "fa", edit(t, persian, "پس از آن،", "کوکی‌های آماری تا زمانی که شما آن‌ها را فعال نکنید، غیرفعال است. پس از آن،"),
			"فعال نکنید، غیرفعال است", "غیرفعال نکنید، فعال است"},
		{"only moved", "ar", edit(t, arabic, "لا نشارك", "نرسل البيانات فقط المجمعة إلى الشركاء. لا نشارك"), "نرسل البيانات فقط المجمعة إلى الشركاء", "نرسل البيانات المجمعة فقط إلى الشركاء"},
		{"first and then", "fa", edit(t, persian, "پس از آن،", "ابتدا رضایت شما گرفته می‌شود و سپس اطلاعات منتقل می‌گردد. پس از آن،"),
			"ابتدا رضایت شما گرفته می‌شود و سپس اطلاعات منتقل می‌گردد", "ابتدا اطلاعات منتقل می‌گردد و سپس رضایت شما گرفته می‌شود"},
		{"a purpose more", "en", edit(t, english, "After that", "We use the data to decide your application and to send you letters. After that"), "to send you letters", "to send you letters and assess credit standing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if ch := compare(t, c.lang, c.old, edit(t, c.old, c.from, c.to)); !ch.Severity.AtLeast(record.SeverityMajor) {
				t.Errorf("%s, %s: %s", ch.Class, ch.Severity, ch.Reason)
			}
		})
	}
}

// D4: the parts of a list change places, headings lose their numbers, the foot of the
// page slips in.
func TestSmallEditsThatDoNot(t *testing.T) {
	numbered := strings.NewReplacer("# What", "# 1. What", "# Retention", "# 2.1 Retention", "# Sharing", "# 3. Sharing", "# Contact", "# 4. Contact").Replace(english)
	for _, c := range []struct{ name, lang, old, new string }{
		{"a list in another order", "en", edit(t, english, "your name and your e-mail address when", "name, e-mail address, photograph, when"),
			edit(t, english, "your name and your e-mail address when", "photograph, name, e-mail address, when")},
		{"headings without numbers", "en", numbered, english},
		{"headings with numbers", "en", english, numbered},
		{"headings without ordinals", "ar", strings.Replace(strings.Replace(arabic, "\n# ", "\n# أولاً: ", 1), "\n# مشاركة", "\n# المادة (2): مشاركة", 1), arabic},
		{"a copyright", "en", english, english + "© 2026 River Agency. All rights reserved\n"},
		{"a Persian copyright", "fa", persian, persian + "تمامی حقوق این وب‌سایت متعلق به سازمان رودخانه است\n"},
		{"an Arabic copyright", "ar", arabic, arabic + "جميع الحقوق محفوظة لهيئة النهر © 2026\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if ch := compare(t, c.lang, c.old, c.new); ch.Severity.AtLeast(record.SeverityMinor) {
				t.Errorf("%s, %s: %s", ch.Class, ch.Severity, ch.Reason)
			}
		})
	}
}

// A reason quotes each side as it stands there, to the last mark.
func TestQuotesAreOfTheirOwnSide(t *testing.T) {
	old := edit(t, english, "After that", "Your information is encrypted in transit and at rest. After that")
	ch := compare(t, "en", old, edit(t, old, "in transit and at rest", "in transit"))
	for _, want := range []string{"encrypted in transit and at rest.”", "encrypted in transit.”"} {
		if !strings.Contains(ch.Reason, want) {
			t.Errorf("no %q in: %s", want, ch.Reason)
		}
	}
}
