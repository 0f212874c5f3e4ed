package canon

import (
	"strings"
	"testing"
)

// page is about 20 KB of blocks as an extractor would give them.
func page(sentence string) []string {
	var out []string
	for n := 0; n < 20<<10; {
		out = append(out, strings.Repeat(sentence, 4))
		n += len(out[len(out)-1])
	}
	return out
}

func BenchmarkIdentity(b *testing.B) {
	for name, s := range map[string]string{
		"fa": "این سازمان اطلاعات شخصی کاربران را جمع‌آوری می‌کند و آن را در اختیار اشخاص ثالث نمی‌گذارد. ",
		"en": "This agency collects personal data of its visitors and does not share it with third parties. ",
	} {
		texts := page(s)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(20 << 10)
			b.ReportAllocs()
			for b.Loop() {
				Identity(texts)
			}
		})
	}
}

func BenchmarkTokens(b *testing.B) {
	texts := page("این سازمان اطلاعات شخصی کاربران را جمع‌آوری می‌کند و آن را در اختیار اشخاص ثالث نمی‌گذارد. ")
	b.SetBytes(20 << 10)
	b.ReportAllocs()
	for b.Loop() {
		for _, t := range texts {
			Tokens(t)
		}
	}
}

func BenchmarkText(b *testing.B) {
	texts := page("این سازمان اطلاعات شخصی کاربران را جمع‌آوری می‌کند و آن را در اختیار اشخاص ثالث نمی‌گذارد. ")
	b.SetBytes(20 << 10)
	b.ReportAllocs()
	for b.Loop() {
		for _, t := range texts {
			Text(t)
		}
	}
}
