package api

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"policywatch/store/record"
)

// describe writes the description of the API. What the library reads out of the
// types is set right where it says less or something else than what is written:
// lists are never null, what is pointed to may be, closed lists of words are known,
// and there may be more fields one day.
func describe(spec *huma.OpenAPI) []byte {
	closed := map[reflect.Type][]any{
		reflect.TypeFor[record.SiteState]():  words(record.StateNew, record.StateOK, record.StateDegraded, record.StateFailing),
		reflect.TypeFor[record.AlertState](): words(record.AlertWaiting, record.AlertSent, record.AlertGivenUp),
		reflect.TypeFor[record.Topic]():      words(record.Topics()...),
		reflect.TypeFor[record.Status]():     words(record.StatusPresent, record.StatusAbsent, record.StatusUnknown),
		reflect.TypeFor[record.Class](): words(record.ClassNone, record.ClassCosmetic, record.ClassLinks, record.ClassMoved, record.ClassMinor,
			record.ClassSubstantive, record.ClassSectionDropped, record.ClassSectionAdded, record.ClassReturned, record.ClassUnusable),
	}
	registry := spec.Components.Schemas
	for n, schema := range registry.Map() {
		t := registry.TypeFromRef("#/components/schemas/" + n)
		if t == nil || !strings.HasPrefix(t.PkgPath(), "policywatch/") {
			continue
		}
		schema.AdditionalProperties = nil // a later version may say more
		for _, f := range reflect.VisibleFields(t) {
			key, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
			p := schema.Properties[key]
			if p == nil {
				continue
			}
			p.Enum = slices.Concat(p.Enum, closed[f.Type])
			switch {
			case p.Type == huma.TypeArray:
				p.Nullable = false
				p.Items.Enum = slices.Concat(p.Items.Enum, closed[f.Type.Elem()])
			case f.Type.Kind() == reflect.Pointer && p.Ref != "" && !strings.Contains(rest, "omit"):
				schema.Properties[key] = &huma.Schema{AnyOf: []*huma.Schema{{Ref: p.Ref}, {Type: "null"}}, Description: p.Description}
			}
		}
	}
	b, err := json.Marshal(spec)
	if err != nil {
		panic(err) // it is made of our own types; only a mistake in them can lead here
	}
	return b
}

func words[T ~string](list ...T) []any {
	out := make([]any, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}
