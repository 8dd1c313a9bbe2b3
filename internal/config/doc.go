// Package config reads the settings of the program: defaults, under the
// configuration file, under the environment, under flags. It is strict: what
// it does not know is an error that says where it stands and what was
// probably meant.
package config
