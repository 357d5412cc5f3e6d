#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Make a disk image with a GPT and one EFI system partition (FAT32) that holds the given files:
#     tools/mkimage.sh IMAGE PATH-ON-VOLUME=FILE…
# The script needs no root and mounts nothing. The same files give the same image, byte for byte.
set -eu
image=$1
shift

part_start=2048 # sectors of 512 bytes: 1 MiB, as usual
# mtools reads names in the encoding of the locale.
export SOURCE_DATE_EPOCH=1700000000 MTOOLS_SKIP_CHECK=1 TZ=UTC LC_ALL=C.UTF-8

tree=$(mktemp -d)
trap 'rm -rf "$tree" "$image.new"' EXIT
trap 'exit 1' HUP INT TERM
for pair; do
	mkdir -p "$tree/$(dirname "${pair%%=*}")"
	cp "${pair#*=}" "$tree/${pair%%=*}"
done
find "$tree" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +

# The volume has space for the files, the unused ends of their clusters and a reserve, and at least
# 65525 clusters, the minimum of FAT32. Take the largest cluster size that gives so many.
bytes=$(find "$tree" -type f -printf '%s\n' | awk '{ sum += $1 + 8192 } END { print sum + 0 }')
sectors=$(( (bytes + bytes / 16) / 512 + 4096 ))
[ $sectors -ge 69632 ] || sectors=69632
sectors=$(( (sectors + 2047) / 2048 * 2048 ))
cluster=1
while [ $(( sectors / (cluster * 2) )) -ge 66560 ] && [ $cluster -lt 64 ]; do
	cluster=$(( cluster * 2 ))
done

rm -f "$image.new"
truncate -s $(( (part_start + sectors + 2048) * 512 )) "$image.new"
sgdisk --clear --set-alignment=2048 --disk-guid=b7100001-0000-4000-8000-000000000001 \
	--new=1:$part_start:$(( part_start + sectors - 1 )) --typecode=1:ef00 --change-name=1:BTL \
	--partition-guid=1:b7100001-0000-4000-8000-000000000002 "$image.new" >/dev/null
volume=$image.new@@$(( part_start * 512 ))
mformat -i "$volume" -F -T $sectors -h 255 -s 63 -H $part_start -c $cluster -N b7100001 -v BTL ::
# Sort the names: the order of a directory differs between hosts.
(cd "$tree" && find . -mindepth 1 -type d | LC_ALL=C sort) | while read -r dir; do
	mmd -i "$volume" "::$dir"
done
(cd "$tree" && find . -type d | LC_ALL=C sort) | while read -r dir; do
	find "$tree/$dir" -maxdepth 1 -type f -print0 | LC_ALL=C sort -z |
		xargs -0 -r sh -c 'volume=$1 dir=$2; shift 2; mcopy -i "$volume" -m -Q "$@" "::$dir/"' \
			sh "$volume" "$dir"
done
mv "$image.new" "$image"
