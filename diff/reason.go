package diff

import (
	"policywatch/store/record"
)

func (x *comparison) reason(old, new []record.Finding) string {
	switch x.change.Class {
	case record.ClassCosmetic:
		return "Only what surrounds the statement changed."
	case record.ClassMoved:
		return "The same text stands in another order."
	}
	return "The statement changed."
}
