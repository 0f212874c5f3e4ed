package configs_test

import (
	"testing"
	"time"

	"policywatch/configs"
)

func TestWindows(t *testing.T) {
	for text, want := range map[string]configs.Window{
		"22:00-06:00":         {From: 22 * time.Hour, To: 6 * time.Hour},
		"8:30-12:00":          {From: 8*time.Hour + 30*time.Minute, To: 12 * time.Hour},
		"Sat-Wed 00:00-24:00": {Days: 0b1001111, To: 24 * time.Hour},
		"Fri 01:00-02:00":     {Days: 0b0100000, From: time.Hour, To: 2 * time.Hour},
	} {
		var got, again configs.Window
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %+v %v", text, got, err)
		}
		back, _ := got.MarshalText()
		if err := again.UnmarshalText(back); err != nil || again != got {
			t.Errorf("%s was written as %s: %v", text, back, err)
		}
	}
	for _, text := range []string{"", "22-06", "24:00-06:00", "22:00-24:01", "10:60-11:00", "Mun 10:00-11:00", "Mon-Wen 10:00-11:00", "22:00-06:00 Mon"} {
		if err := new(configs.Window).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken for a window", text)
		}
	}
}
