package extract_test

import (
	"testing"

	"policywatch/crawler/extract"
)

// K6: a block in another language, or that runs the other way, says so; the
// others leave it to the document.
func TestBlocksOfAnotherLanguageSaySo(t *testing.T) {
	const page = `<html lang="fa" dir="rtl"><body><main><h1>بیانیه حریم خصوصی</h1>
<p>این سازمان اطلاعات شخصی شما را تنها برای پاسخ به درخواست شما به کار می‌برد و آن را به دیگری نمی‌دهد.</p>
<p>نشانی IP و مرورگر شما نیز ثبت می‌شود تا خطاهای سامانه را بیابیم و آن را برطرف کنیم.</p>
<p>The agency collects only the personal information that it needs to answer your request, and does not share it with any other body.</p>
<p>لا تشارك الهيئة بياناتك الشخصية مع أي جهة أخرى إلا إذا طلب القضاء ذلك منها وفقاً للأنظمة التي تلتزم بها في هذا الشأن.</p>
</main></body></html>`
	doc, err := newReader(t).HTML([]byte(page), extract.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []struct{ lang, dir string }{{}, {}, {}, {"en", "ltr"}, {"ar", ""}}
	if doc.Lang != "fa" || doc.Dir != "rtl" || len(doc.Blocks) != len(want) {
		t.Fatalf("%s %s %+v", doc.Lang, doc.Dir, doc.Blocks)
	}
	for i, b := range doc.Blocks {
		if b.Lang != want[i].lang || b.Dir != want[i].dir {
			t.Errorf("block %d: %q %q, want %q: %s", i, b.Lang, b.Dir, want[i], b.Text)
		}
	}
}
