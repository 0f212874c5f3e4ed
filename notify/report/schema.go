package report

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/invopop/jsonschema"

	"policywatch/store/record"
)

// EventSchema returns the JSON Schema (draft 2020-12) of the bodies that webhooks
// carry: one of the events by itself, a test message, or a digest of events.
func EventSchema() ([]byte, error) {
	words := func(values ...any) *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Enum: values} }
	r := jsonschema.Reflector{
		// Receivers must live with keys that a later version adds.
		AllowAdditionalProperties: true,
		Anonymous:                 true,
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			switch t {
			case reflect.TypeFor[record.EventType]():
				var all []any
				for _, e := range record.EventTypes() {
					all = append(all, e)
				}
				return words(append(all, record.EventTest)...)
			case reflect.TypeFor[record.Severity]():
				var all []any
				for _, s := range record.Severities() {
					all = append(all, s)
				}
				return words(all...)
			case reflect.TypeFor[record.Class]():
				return words(record.ClassNone, record.ClassCosmetic, record.ClassLinks, record.ClassMoved, record.ClassMinor, record.ClassSubstantive,
					record.ClassSectionDropped, record.ClassSectionAdded, record.ClassReturned, record.ClassUnusable)
			case reflect.TypeFor[record.Topic]():
				var all []any
				for _, t := range record.Topics() {
					all = append(all, t)
				}
				return words(all...)
			case reflect.TypeFor[record.FaultKind]():
				var all []any
				for _, f := range record.FaultRules() {
					all = append(all, f.Kind)
				}
				return words(all...)
			}
			return nil
		},
	}
	s := r.Reflect(&envelope{})
	event := &jsonschema.Schema{Ref: s.Ref, AllOf: rules()}
	// A key is there and null where an event has nothing under it, which Go's types
	// cannot say.
	for in, key := range map[string]string{"data": "change", "Finding": "evidence"} {
		p := s.Definitions[in].Properties
		value, _ := p.Get(key)
		p.Set(key, &jsonschema.Schema{OneOf: []*jsonschema.Schema{value, {Type: "null"}}})
	}

	b := r.Reflect(&bundle{})
	for name, def := range b.Definitions {
		if s.Definitions[name] == nil {
			s.Definitions[name] = def
		}
	}
	// A digest has a type of its own.
	s.Definitions["bundle"].Properties.Set("type", &jsonschema.Schema{Const: record.EventDigest})
	s.Ref = ""
	s.Title = "policywatch webhook events"
	s.OneOf = []*jsonschema.Schema{event, {Ref: "#/$defs/bundle"}}
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the events' schema: %w", err)
	}
	return append(out, '\n'), nil
}

// rules say which parts belong to which events.
func rules() []*jsonschema.Schema {
	with := func(part string, types ...any) *jsonschema.Schema {
		kind, data, value := jsonschema.NewProperties(), jsonschema.NewProperties(), jsonschema.NewProperties()
		kind.Set("type", &jsonschema.Schema{Enum: types})
		value.Set(part, &jsonschema.Schema{Type: "object"})
		data.Set("data", &jsonschema.Schema{Properties: value, Required: []string{part}})
		return &jsonschema.Schema{If: &jsonschema.Schema{Properties: kind}, Then: &jsonschema.Schema{Properties: data}}
	}
	return []*jsonschema.Schema{
		with("change", record.EventChanged, record.EventDroppedSection, record.EventReturned),
		with("fault", record.EventGone, record.EventFailing, record.EventOutage),
		with("scan", record.EventScanFinished),
	}
}
