#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Make a disk image with a GPT and one EFI system partition (FAT32) that holds the given files:
#     tools/mkimage.sh [-b BLOCK-SIZE] IMAGE PATH-ON-VOLUME=FILE…
# A directory in place of a file is taken whole.
# BLOCK-SIZE: bytes of a block of the disk, 512 (the default) or 4096.
# The script needs no root and mounts nothing. The same files give the same image, byte for byte: all files have the
# date SOURCE_DATE_EPOCH (seconds since 1970), by default a day of 2023.
set -eu
block=512
if [ "$1" = -b ]; then
	block=$2
	shift 2
fi
image=$1
shift
case $block in
512 | 4096) ;;
*) echo "mkimage.sh: a block has 512 or 4096 bytes, not $block" >&2 && exit 2 ;;
esac

part_start=$(( 1048576 / block )) # in blocks: 1 MiB, as usual
disk_guid=b7100001-0000-4000-8000-000000000001
partition_guid=b7100001-0000-4000-8000-000000000002
# mtools reads names in the encoding of the locale.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1700000000} MTOOLS_SKIP_CHECK=1 TZ=UTC LC_ALL=C.UTF-8

tree=$(mktemp -d)
trap 'rm -rf "$tree" "$image.new"' EXIT
trap 'exit 1' HUP INT TERM
for pair; do
	mkdir -p "$tree/$(dirname "${pair%%=*}")"
	cp -R "${pair#*=}" "$tree/${pair%%=*}"
done
find "$tree" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +

# The volume has space for the files, the unused ends of their clusters and a reserve, and at least
# 65525 clusters, the minimum of FAT32. Take the largest cluster size that gives so many, of at most
# 32 KiB, the largest that the specification of FAT allows.
bytes=$(find "$tree" -type f -printf '%s\n' | awk '{ sum += $1 + 8192 } END { printf "%.0f\n", sum }')
sectors=$(( (bytes + bytes / 16 + 2097152) / block ))
[ $sectors -ge 69632 ] || sectors=69632
sectors=$(( (sectors + part_start - 1) / part_start * part_start ))
cluster=1
while [ $(( sectors / (cluster * 2) )) -ge 66560 ] && [ $(( cluster * block )) -lt 32768 ]; do
	cluster=$(( cluster * 2 ))
done

rm -f "$image.new"
truncate -s $(( (2 * part_start + sectors) * block )) "$image.new"
part_end=$(( part_start + sectors - 1 ))
if [ $block = 512 ]; then
	sgdisk --clear --set-alignment=2048 --disk-guid=$disk_guid --new=1:$part_start:$part_end \
		--typecode=1:ef00 --change-name=1:BTL --partition-guid=1:$partition_guid "$image.new" >/dev/null
else # sgdisk takes the block size of a file to be 512
	printf '%s\n' g n 1 $part_start $part_end t uefi x i $disk_guid n BTL u $partition_guid r w |
		fdisk -w never -W never -b $block "$image.new" >/dev/null
fi
volume=$image.new@@$(( part_start * block ))
mformat -i "$volume" -F -M $block -T $sectors -h 255 -s 63 -H $part_start -c $cluster -N b7100001 -v BTL ::
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
