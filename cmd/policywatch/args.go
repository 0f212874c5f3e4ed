package main

import "github.com/spf13/cobra"

// exactly checks the number of arguments and says what they are.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usagef("%s takes %s; see policywatch %s --help", cmd.Name(), what, cmd.Name())
		}
		return nil
	}
}
