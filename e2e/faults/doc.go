// Package faults holds tests that run the program as users do while everything around it
// fails, and count afterwards that no request is lost and nothing is left behind.
package faults
