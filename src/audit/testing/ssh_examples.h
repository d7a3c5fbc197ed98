// ssh_examples.h — keys and a signature that ssh-keygen (OpenSSH 9.2) made. For tests only.
#pragma once

#include <string_view>

namespace stellwerk::audit::testing {

inline constexpr std::string_view kEd25519Line =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIcrmR5DL4HSyCGlgQ4wSWUJmCaVVDs7PZx3zjFuSNDe";

inline constexpr std::string_view kEcdsaLine =
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHNS/FhcDaFXB/sV"
    "NqadkBoCPP6F+4u65yoFYBGpxd/0URwrc6ADuxsoV9ZVLjdtxa/ubWAPWt5xmNEjULomFAw=";

inline constexpr std::string_view kRsaLine =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCQCC8Wvv2o1yFVbe0YI4/DzZZqW2/d8cnMGIUWRTh4G/ZYo7VJ"
    "hso4c1tEL6HThqt/9nKKS5Wq37wVNqbXf6V3TvK82XDS4rzbrR0SiX1KAybina+PZjT8Em39AjLuvcfauZpiCFWC"
    "kA2cxzYnhAiI38JlXGkQSMc85/lKnhV5aUJRYNEQ6wHQPaXVLlx1mYcACDu991qjf0+0TkznGmJBXKchDC1eHw0n"
    "Ca49v0AbWwRuRYYHH+LGSSKTJGsO1nCrWSsjUp7Je8L7QxsOWsDAvI7HT/KMJ29VCL8kxowKXbnu1dNB06/jcWhp"
    "FNnDxAKOpSuyr9UY/Vk64533KRsZ";

inline constexpr std::string_view kWeakRsaLine =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCs6WHYen+xdS9z1wOXMsphJlGFEtY7rJf86NpFPng+k2rT5QGD"
    "xaehRvomrB3/bOSWxjkPSey4bjRm/eDPGCwaQO/0bGx8OP1HZqfjrQ3SlOMfvQmZSyln82smjHoXqDU1msTxR5ul"
    "D+eCjZ+ASKQTmAjrsDiceKGYbuijqH5t2w==";

inline constexpr std::string_view kDsaLine =
    "ssh-dss AAAAB3NzaC1kc3MAAACBAOJLTD5aV6HSKwvUb8BVaUSBCFDtjCXGDU7PkwyrnvxItR438CZGKqbTel9G"
    "QOiBr62KV9pB7Z09sR+kbVAPT/jk6r+rO5bgZrZfqUu40aNb/DqV/T1g7RW3Ulz9Wqnfe0e3Tz3HMTCgcp6YgeTy"
    "xjNV355uwrTNipR+nhz4oSONAAAAFQChW6Zn2ruHAb5he0W9V4CY8jIj6wAAAIEA1wfWaypoAvrDN0zW2HBmG/4i"
    "mGgT95BJK0qN0kWFjAOkahAEhh4YfgqRQMym6PcVyujyJNxEFFM4kwSRs22gmpdsnCW+HYQnp1xqG7oGKcLOAYc6"
    "wSVICVCW6GIUTtt0OB80gn1iftSvBrdPh8ohNhO/JhdGYkB3qhASt6ZjZQoAAACBALDNJSHln9RHLR2+bkcMdHcq"
    "+ExCHYP2bmYTBCiWaPjyeYKi9ObS+/8tJ01NzEjLX8GepToJ8ju4mpFGmQF/WGrs4MLHa0Q8gl3FAJtTWY75LMn4"
    "D39QlToj4JQujMqjQ9sbbAw8Xpx7IJ1enRjhTYqxR7NkMmJ/Do0Q3DDm9udt";

inline constexpr std::string_view kCertificateLine =
    "ecdsa-sha2-nistp256-cert-v01@openssh.com AAAAKGVjZHNhLXNoYTItbmlzdHAyNTYtY2VydC12MDFAb3B"
    "lbnNzaC5jb20AAAAgzOkWZGUuJ3Dqh/xt0GtCOyO1F0zFMwUFjqBzMS6N9b4AAAAIbmlzdHAyNTYAAABBBHNS/Fh"
    "cDaFXB/sVNqadkBoCPP6F+4u65yoFYBGpxd/0URwrc6ADuxsoV9ZVLjdtxa/ubWAPWt5xmNEjULomFAwAAAAAAAA"
    "AAAAAAAEAAAACaWQAAAAIAAAABGFubmEAAAAAAAAAAP//////////AAAAAAAAAIIAAAAVcGVybWl0LVgxMS1mb3J"
    "3YXJkaW5nAAAAAAAAABdwZXJtaXQtYWdlbnQtZm9yd2FyZGluZwAAAAAAAAAWcGVybWl0LXBvcnQtZm9yd2FyZGl"
    "uZwAAAAAAAAAKcGVybWl0LXB0eQAAAAAAAAAOcGVybWl0LXVzZXItcmMAAAAAAAAAAAAAADMAAAALc3NoLWVkMjU"
    "1MTkAAAAghyuZHkMvgdLIIaWBDjBJZQmYJpVUOzs9nHfOMW5I0N4AAABTAAAAC3NzaC1lZDI1NTE5AAAAQKoqwCM"
    "XsvYhTtyvLU5fFjYhEeTFawZcFIkBBIbXfWUz7bHYzgo/J4Sg/iucFO6e2LI70UmUOQ2adC8KnwPqBAM=";

// What `ssh-keygen -l` prints of the first three.
inline constexpr std::string_view kEd25519Fingerprint =
    "SHA256:tdFu6oPQwIaY8HMs0peZGv1MNC+D6061cq4Hh6UB3Uw";
inline constexpr std::string_view kEcdsaFingerprint =
    "SHA256:TrSP6Fh8s5vrb1/1qq6+N4QdP7J1dCQ0iINMmjI9kW0";
inline constexpr std::string_view kRsaFingerprint =
    "SHA256:2J7B2EzP81Na4i4WUR7AZoYWl8Uno3pSFNM/yYDlJE0";

/// `ssh-keygen -Y sign -n approval@stellwerk` with the first key.
inline constexpr std::string_view kSignedMessage = "stellwerk\n";
inline constexpr std::string_view kSignedArmor =
    "-----BEGIN SSH SIGNATURE-----\n"
    "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAghyuZHkMvgdLIIaWBDjBJZQmYJp\n"
    "VUOzs9nHfOMW5I0N4AAAASYXBwcm92YWxAc3RlbGx3ZXJrAAAAAAAAAAZzaGE1MTIAAABT\n"
    "AAAAC3NzaC1lZDI1NTE5AAAAQLinywDn4Xk+xICveLmpOdp9NwbDM7xfOj+R4JzBnJA5T3\n"
    "NREgw4YHT0mQN68CO7bi2mUmAm2PkKSJfL4kH2qQc=\n"
    "-----END SSH SIGNATURE-----\n";

}  // namespace stellwerk::audit::testing
