//! Draws the icons of the extension from the one SVG of the project.

use anyhow::{Context, Result};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree},
};

/// Sizes in pixels that the manifests name.
pub(crate) const SIZES: [u16; 4] = [16, 32, 48, 128];

/// One PNG, `size` pixels wide and high.
pub(crate) fn draw(svg: &str, size: u16) -> Result<Vec<u8>> {
    let tree = Tree::from_str(svg, &Options::default()).context("read the icon as SVG")?;
    let side = u32::from(size);
    let mut picture = Pixmap::new(side, side).context("make room for an icon")?;
    let scale = f32::from(size) / tree.size().width().max(tree.size().height());
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
    picture.encode_png().context("write an icon as PNG")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_has_the_size_it_was_asked_for_and_is_not_empty() {
        let svg = include_str!("../../../shared/look/icon.svg");
        for size in SIZES {
            let picture = Pixmap::decode_png(&draw(svg, size).unwrap()).unwrap();
            assert_eq!((picture.width(), picture.height()), (size.into(), size.into()));
            let middle = picture.pixel(u32::from(size) / 4, u32::from(size) / 2).unwrap();
            assert_eq!(middle.alpha(), 255);
        }
    }
}
