package configs

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/invopop/jsonschema"
)

// Schema returns the JSON Schema (draft 2020-12) of the configuration file, for
// editors. Values that the file writes as text, such as 12h and 20MiB, are
// strings with a pattern.
func Schema() ([]byte, error) {
	text := func(pattern, example string) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "string", Pattern: pattern, Examples: []any{example}}
	}
	r := jsonschema.Reflector{
		FieldNameTag:               "yaml",
		RequiredFromJSONSchemaTags: true,
		DoNotReference:             true,
		Anonymous:                  true,
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			switch t {
			case reflect.TypeFor[Duration]():
				return text(`^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`, "12h")
			case reflect.TypeFor[Age]():
				return text(`^([0-9]+(d|mo|y))?$`, "2y")
			case reflect.TypeFor[Size]():
				return &jsonschema.Schema{OneOf: []*jsonschema.Schema{text(`^[0-9.]+ *([KMG]i?B|kB|B)?$`, "20MiB"), {Type: "integer"}}}
			case reflect.TypeFor[Percent]():
				return &jsonschema.Schema{OneOf: []*jsonschema.Schema{text(`^[0-9.]+ *%?$`, "10%"), {Type: "number"}}}
			case reflect.TypeFor[Clock]():
				return text(`^[0-9]{1,2}:[0-9]{2}$`, "08:00")
			case reflect.TypeFor[Hours]():
				return text(`^[0-9]{1,2}:[0-9]{2} *- *[0-9]{1,2}:[0-9]{2}$`, "22:00-07:00")
			case reflect.TypeFor[Weekday]():
				return text(`^(mon|tue|wed|thu|fri|sat|sun)$`, "mon")
			case reflect.TypeFor[Rate]():
				return text(`^[0-9]+ */ *([mhd]|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$`, "20/h")
			case reflect.TypeFor[Network]():
				return text(`^[0-9a-fA-F.:]+(/[0-9]+)?$`, "10.0.0.0/8")
			case reflect.TypeFor[Window]():
				return text(windowForm.String(), "Mon-Fri 22:00-06:00")
			case reflect.TypeFor[Cron]():
				return text(cronSchema, "30 2 * * *")
			case reflect.TypeFor[Secret]():
				return &jsonschema.Schema{Type: "string", Description: "${ENVIRONMENT_VARIABLE}, file:PATH, or the value itself"}
			}
			return nil
		},
	}
	s := r.Reflect(&Config{})
	s.Title = "policywatch configuration"
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the configuration's schema: %w", err)
	}
	return append(b, '\n'), nil
}
