package diff_test

import (
	"strings"
	"testing"

	"policywatch/diff"
	"policywatch/store/canon"
	"policywatch/store/record"
)

// Both texts can be read out of the whole, and what stands is told apart.
func TestWholeHoldsBothTexts(t *testing.T) {
	old := persian
	new := edit(t, persian, "نمی‌فروشد", "می‌فروشد")
	new = edit(t, new, "# نگهداری اطلاعات\nاطلاعات شخصی به مدت ۶ ماه نگهداری می‌شود. پس از آن، اطلاعات پاک می‌شود.\n", "")
	new = edit(t, new, "# تماس با ما", "# کوکی‌ها\nبرای ورود شما از کوکی استفاده می‌شود.\nکوکی پس از خروج پاک می‌شود.\n# تماس با ما")
	a, b := read(t, "fa", old), read(t, "fa", new)
	whole := diff.Whole(a, b)
	var before, after []string
	ops := map[record.EditOp]int{}
	for _, e := range whole {
		ops[e.Op]++
		before, after = append(before, e.Before), append(after, e.After)
	}
	if canon.Identity(before) != canon.Identity(a.Texts()) || canon.Identity(after) != canon.Identity(b.Texts()) {
		t.Errorf("the texts read\n%s\nand\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
	if ops[""] < 4 || ops[record.EditReplace] != 1 || ops[record.EditDelete] != 2 || ops[record.EditInsert] != 2 {
		t.Errorf("%v: %+v", ops, whole)
	}
	for _, e := range whole {
		if e.Op == record.EditDelete && e.Section != "نگهداری اطلاعات" || e.Op == record.EditInsert && e.Section != "کوکی‌ها" {
			t.Errorf("%+v stands under the wrong heading", e)
		}
		if e.Op == record.EditInsert && e.After != e.Section && !strings.Contains(e.After, "\n") {
			t.Errorf("two paragraphs became one line: %q", e.After)
		}
	}
}
