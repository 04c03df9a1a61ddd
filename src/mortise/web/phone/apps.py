from django.apps import AppConfig


class PhoneConfig(AppConfig):
    name = "mortise.web.phone"
    label = "phone"
