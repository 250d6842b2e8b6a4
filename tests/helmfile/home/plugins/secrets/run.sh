#!/bin/sh
# Plays helm-secrets: `helm secrets decrypt FILE`.
exec sops --decrypt "$2"
