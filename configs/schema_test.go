package configs_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"policywatch/configs"
)

// An editor that checks with the schema must agree with the program.
func TestSchemaAgreesWithTheLoader(t *testing.T) {
	raw, err := configs.Schema()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("config.json", parsed); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	valid := func(text []byte) error {
		var v any
		if err := yaml.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		js, err := yaml.YAMLToJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		if v, err = jsonschema.UnmarshalJSON(bytes.NewReader(js)); err != nil {
			t.Fatal(err)
		}
		return schema.Validate(v)
	}
	good, err := os.ReadFile("testdata/good.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := configs.Parse("good.yaml", good, env(map[string]string{"SMTP_PASSWORD": "p", "HOOK_SECRET": "s"})); err != nil {
		t.Errorf("the loader refuses good.yaml: %v", err)
	}
	if err := valid(good); err != nil {
		t.Errorf("the schema refuses good.yaml: %v", err)
	}
	for _, name := range []string{"unknown_key.yaml", "size.yaml", "duration.yaml", "prefix.yaml", "hours.yaml", "weekday.yaml", "rate.yaml", "cron_word.yaml"} {
		bad, err := os.ReadFile(filepath.Join("testdata/bad", name))
		if err != nil {
			t.Fatal(err)
		}
		if valid(bad) == nil {
			t.Errorf("the schema accepts %s", name)
		}
	}
}
