"""Has the package `audible` do what its users do: sign in, register, read, refresh, leave.

How addresses are made, forms filled in, requests signed and answers read is the package's own doing;
where its host names lead is said by the environment (HTTPS_PROXY, SSL_CERT_FILE).
Argument: a JSON file with shop, way ("form" or "external"), email, password, code, and the ASIN of a
title on the wishlist. Prints what was found as JSON.
"""

import json
import pathlib
import sys

import audible
import audible.exceptions
import audible.login
import httpx

asked = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
PAGE = 50


def in_a_browser(address):
    """What a person does whom the package sends to a browser; gives the address at the end."""
    with httpx.Client(follow_redirects=True) as browser:
        page = audible.login.get_soup(browser.get(address))
        fields = audible.login.get_inputs_from_soup(page)
        fields |= {"email": asked["email"], "password": asked["password"]}
        method, action = audible.login.get_next_action_from_soup(page)
        return str(browser.request(method, action, data=fields).url)


def registered():
    if asked["way"] == "external":
        return audible.Authenticator.from_login_external(
            asked["shop"], login_url_callback=in_a_browser
        )
    return audible.Authenticator.from_login(
        asked["email"],
        asked["password"],
        asked["shop"],
        captcha_callback=lambda _address: "lsmtx",
        otp_callback=lambda: asked["code"],
        approval_callback=lambda: None,
    )


def library(client):
    titles, number = [], 1
    while True:
        page = client.get(
            "1.0/library",
            num_results=PAGE,
            page=number,
            response_groups="product_attrs,product_desc,series",
            sort_by="-PurchaseDate",
        )["items"]
        titles += [[item["asin"], item["title"]] for item in page]
        if len(page) < PAGE:
            return titles
        number += 1


def wished(client):
    return [product["asin"] for product in client.get("1.0/wishlist", num_results=50)["products"]]


def by_token_alone(device):
    """The same device without its key, so that the package sends the access token."""
    parts = device.to_dict()
    parts["adp_token"] = parts["device_private_key"] = None
    return audible.Authenticator.from_dict(parts)


device = registered()
found = {
    "device": device.device_info,
    "person": device.customer_info,
    "cookies": sorted(device.website_cookies),
}
with audible.Client(device) as client:
    found["library"] = library(client)
    client.delete(f"1.0/wishlist/{asked['wish']}")
    found["without"] = wished(client)
    client.post("1.0/wishlist", body={"asin": asked["wish"], "note": "Käse – “x”"})
    found["with"] = wished(client)

first = device.access_token
device.refresh_access_token(force=True)
found["refreshed"] = device.access_token != first
with audible.Client(by_token_alone(device)) as client:
    found["by_token"] = wished(client)

found["gone"] = "success" in device.deregister_device()["response"]
found["refused"] = []
for auth in (device, by_token_alone(device)):
    with audible.Client(auth) as client:
        try:
            client.get("1.0/library", num_results=1)
        except audible.exceptions.Unauthorized as error:
            found["refused"].append(error.code)

json.dump(found, sys.stdout)
