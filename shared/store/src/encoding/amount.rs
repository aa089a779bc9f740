//! Exact sums as bytes.

use minicbor::data::Type;
use minicbor::encode::Write;
use minicbor::{Decode, Decoder, Encode, Encoder};
use roomwatt_domain::{Charge, Energy};

/// An exact sum: as one of the format's integers where it fits, else as its 16 bytes, the highest first;
/// `SHORT` without those that only repeat its sign. Both are read alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Exact<const SHORT: bool>(i128);

impl<C, const SHORT: bool> Encode<C> for Exact<SHORT> {
    fn encode<W: Write>(
        &self,
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        if let Ok(amount) = i64::try_from(self.0) {
            return encoder.i64(amount)?.ok();
        }
        let bytes = self.0.to_be_bytes();
        let bits = 128 - self.0.unsigned_abs().leading_zeros() as usize + 1;
        let needed = if SHORT { bits.div_ceil(8) } else { bytes.len() };
        encoder.bytes(&bytes[bytes.len().saturating_sub(needed)..])?.ok()
    }
}

impl<C, const SHORT: bool> Decode<'_, C> for Exact<SHORT> {
    fn decode(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        if decoder.datatype()? != Type::Bytes {
            return decoder.i64().map(|amount| Self(amount.into()));
        }
        let bytes = decoder.bytes()?;
        let [first, ..] = bytes else {
            return Err(minicbor::decode::Error::message("an amount of no bytes"));
        };
        let mut whole = [if *first < 0x80 { 0 } else { 0xff }; 16];
        let at = whole.len().checked_sub(bytes.len());
        let at =
            at.ok_or_else(|| minicbor::decode::Error::message("an amount of over 16 bytes"))?;
        whole[at..].copy_from_slice(bytes);
        Ok(Self(i128::from_be_bytes(whole)))
    }
}

impl<const SHORT: bool> From<Energy> for Exact<SHORT> {
    fn from(energy: Energy) -> Self {
        Self(energy.exact())
    }
}

impl<const SHORT: bool> From<Charge> for Exact<SHORT> {
    fn from(charge: Charge) -> Self {
        Self(charge.exact())
    }
}

impl<const SHORT: bool> From<Exact<SHORT>> for Energy {
    fn from(amount: Exact<SHORT>) -> Self {
        Self::from_exact(amount.0)
    }
}

impl<const SHORT: bool> From<Exact<SHORT>> for Charge {
    fn from(amount: Exact<SHORT>) -> Self {
        Self::from_exact(amount.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Exact;

    #[test]
    fn a_short_amount_takes_the_bytes_that_it_needs_and_both_are_read_alike() {
        let limit = i128::from(i64::MAX);
        let wide = [limit + 1, -limit - 2, 1 << 64, -(1 << 64), 1 << 71, i128::MAX, i128::MIN];
        for amount in [0, 1, -1, limit, -limit - 1].into_iter().chain(wide) {
            let short = minicbor::to_vec(Exact::<true>(amount)).unwrap();
            let long = minicbor::to_vec(Exact::<false>(amount)).unwrap();
            assert!(short.len() <= long.len() && long.len() <= 17);
            for bytes in [short, long] {
                assert_eq!(minicbor::decode::<Exact<true>>(&bytes).unwrap().0, amount);
                assert_eq!(minicbor::decode::<Exact<false>>(&bytes).unwrap().0, amount);
            }
        }
        let length = |amount| minicbor::to_vec(Exact::<true>(amount)).unwrap().len();
        assert_eq!((length(0), length(limit), length(limit + 1), length(1 << 71)), (1, 9, 10, 11));
    }
}
