// Making a photo small enough for a poor network. What the camera noted, when and where, stays with it: it is
// part of the evidence, and a canvas would lose it.

const LONGEST = 2560; // what the server keeps anyway: api/attachments/pictures.py
const FINE = 1.5e6; // bytes that are not worth the trouble
const QUALITY = 0.85;

// The photo, scaled down if it is big; as it was if the browser cannot read it (the server may).
export async function shrink(file) {
  if (file.size <= FINE) return file;
  let image;
  try {
    image = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file;
  }
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const small = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!small || small.size >= file.size) return file;
  const noted = exifOf(new Uint8Array(await file.slice(0, 262_144).arrayBuffer()));
  if (!noted) return small;
  const start = small.slice(0, 2); // SOI
  return new Blob([start, noted, small.slice(2)], { type: "image/jpeg" });
}

// The segment of a JPEG in which the camera's notes lie (APP1, “Exif”), with the picture said to be upright,
// as the canvas has made it. Null where there is none.
export function exifOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 10 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1];
    const length = view.getUint16(at + 2);
    if (marker === 0xda || length < 2) return null; // the pixels begin
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) {
      if (at + 2 + length > bytes.length) return null;
      const segment = bytes.slice(at, at + 2 + length);
      upright(segment);
      return segment;
    }
    at += 2 + length;
  }
  return null;
}

// Tag 0x0112 of the first directory says how the camera was held.
function upright(segment) {
  const tiff = 10;
  const view = new DataView(segment.buffer);
  const little = view.getUint16(tiff) === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, little);
  if (directory + 2 > segment.length) return;
  const entries = view.getUint16(directory, little);
  for (let entry = 0; entry < entries; entry += 1) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > segment.length) return;
    if (view.getUint16(at, little) === 0x0112) view.setUint16(at + 8, 1, little);
  }
}
