package monitor_test

import (
	"fmt"
	"strings"
	"time"
)

// tongue is one statement in a language, with the pieces that the tests put in or
// change.
type tongue struct {
	lang, text string
	// amid is the sentence that the volatile ones stand behind.
	amid string
	// counter takes a number, clock the time of the visit, updated a date.
	counter string
	updated func(time.Time) string
	// edit is a real edit of a number, next the same number edited once more.
	from, edit, next string
	// reworded is the counter with other words.
	reworded string
}

var persian = tongue{lang: "fa", amid: "اداره آب در این صفحه توضیح می‌دهد که وب‌سایت آن کدام اطلاعات شخصی را جمع‌آوری می‌کند.",
	counter: " شما بازدیدکننده شماره %s این صفحه هستید.", reworded: " تا امروز %s نفر عضو خبرنامه این اداره شده‌اند.",
	updated: func(t time.Time) string { return " آخرین به‌روزرسانی: " + jalali(t) + "." },
	from:    "۶ ماه", edit: "۱۸ ماه", next: "۲۴ ماه",
	text: `# بیانیه حریم خصوصی اداره آب
اداره آب در این صفحه توضیح می‌دهد که وب‌سایت آن کدام اطلاعات شخصی را جمع‌آوری می‌کند.
# اطلاعاتی که جمع‌آوری می‌کنیم
نام، نشانی و شماره همراه خود را هنگام درخواست انشعاب به ما می‌دهید.
# استفاده از اطلاعات
از اطلاعات شما فقط برای پاسخ به درخواست و ارسال قبض استفاده می‌کنیم.
# نگهداری
درخواست‌ها را ۶ ماه نگه می‌داریم و پس از آن از بین می‌بریم.
# امنیت
دسترسی فقط برای کارکنان مجاز است و ارتباط رمزگذاری می‌شود.
# تماس
به نشانی privacy@water.example.gov بنویسید.`}

var arabic = tongue{lang: "ar", amid: "توضح هيئة المياه في هذه الصفحة البيانات الشخصية التي يجمعها موقعها الإلكتروني وأسباب جمعها.",
	counter: " أنت الزائر رقم %s لهذه الصفحة.", reworded: " بلغ عدد المشتركين في نشرة الهيئة %s حتى اليوم.",
	updated: func(t time.Time) string {
		return " آخر تحديث: " + t.Format("2") + " " + arabicMonths[t.Month()-1] + t.Format(" 2006") + "."
	},
	from: "6 أشهر", edit: "18 شهرا", next: "24 شهرا",
	text: `# سياسة الخصوصية لهيئة المياه
توضح هيئة المياه في هذه الصفحة البيانات الشخصية التي يجمعها موقعها الإلكتروني وأسباب جمعها.
# البيانات التي نجمعها
تزودنا باسمك وعنوانك ورقم جوالك عند طلب العداد.
# استخدام البيانات
نستخدم بياناتك للرد على طلبك وإرسال الفاتورة فقط.
# الاحتفاظ بالبيانات
نحتفظ بالطلبات مدة 6 أشهر ثم نتلفها.
# أمن المعلومات
يقتصر الوصول على الموظفين المخولين والاتصال مشفر.
# التواصل
اكتب إلى privacy@water.example.gov.`}

var english = tongue{lang: "en", amid: "The Water Office explains here which personal data its website collects and why.",
	counter: " You are visitor %s of this page.", reworded: " So far %s people take our newsletter.",
	updated: func(t time.Time) string { return " Last updated: " + t.Format("January 2, 2006") + "." },
	from:    "6 months", edit: "18 months", next: "24 months",
	text: strings.Replace(statement, "six months", "6 months", 1)}

var tongues = []tongue{persian, arabic, english}

var arabicMonths = strings.Fields("يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر")

// jalali writes a day of 1404 or 1405 between March 2025 and March 2027, in
// Persian figures.
func jalali(t time.Time) string {
	t = t.UTC().Truncate(24 * time.Hour)
	year, start := 1404, time.Date(2025, 3, 21, 0, 0, 0, 0, time.UTC)
	if next := time.Date(2026, 3, 21, 0, 0, 0, 0, time.UTC); !t.Before(next) {
		year, start = 1405, next
	}
	day, month := int(t.Sub(start)/(24*time.Hour)), 1
	for ; day >= 31 && month <= 6; month++ {
		day -= 31
	}
	for ; month > 6 && day >= 30; month++ {
		day -= 30
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '۰'
		}
		return r
	}, fmt.Sprintf("%d/%02d/%02d", year, month, day+1))
}
